import { describe, expect, it } from 'vitest';
import { readHandlersSettings } from '../../../services/core/settings/queue-settings.ts';
import { readSettings, readSidecarSettings } from '../../../services/core/settings/settings.ts';
import {
  consumerEnvironment,
  functionEnvironment,
  type LabAddresses,
  sidecarEnvironment,
  workerEnvironment,
} from '../../../services/lab/settings/lab-environment.ts';
import { speedMax } from '../../../services/lab/settings/lab-settings.ts';
import { ActiveTimes, describeTimes, labTimes } from '../../../services/lab/settings/lab-times.ts';

const addresses: LabAddresses = {
  redisUrl: 'http://127.0.0.1:1',
  redisToken: 'store',
  telegramUrl: 'http://127.0.0.1:2',
  botToken: '1:bot',
  awsUrl: 'http://127.0.0.1:3',
  metadataUrl: 'http://127.0.0.1:4',
  opsUrl: 'http://127.0.0.1:7',
  opsLinkSecret: 'the-secret-of-the-links',
  queueUrl: undefined,
};

const queueUrl = 'http://127.0.0.1:8/000000000000/updates.fifo';

describe('labTimes', () => {
  it('equals the bot’s defaults at speed 1', () => {
    const { heartbeatIntervalMs, outage, lease, longPollTimeoutSeconds } = workerSettings(1);
    const production = readSettings({
      TELEGRAM_BOT_TOKEN_DEV: '1:bot',
      UPSTASH_REDIS_REST_URL: addresses.redisUrl,
      UPSTASH_REDIS_REST_TOKEN: 'store',
    });
    expect(production).toMatchObject({
      settings: { heartbeatIntervalMs, outage, lease, longPollTimeoutSeconds },
    });
    expect(labTimes(1).monitorEveryMs).toBe(60_000);
    const inQueueMode = readHandlersSettings({ HANDLERS: 'queue', UPDATES_QUEUE_URL: queueUrl });
    expect(consumerSettings(1)).toEqual(inQueueMode);
  });

  it('is a tenth at speed 10', () => {
    expect(labTimes(10)).toMatchObject({
      monitorEveryMs: 6000,
      heartbeatIntervalSeconds: 2,
      heartbeatStaleSeconds: 30,
    });
  });

  it('gives valid settings at every speed', () => {
    for (let speed = 1; speed <= speedMax; speed += 1) {
      workerSettings(speed);
      expect(consumerSettings(speed)).toMatchObject({ ok: true, settings: { queue: { url: queueUrl } } });
      const { heartbeatStaleSeconds, heartbeatIntervalSeconds } = labTimes(speed);
      expect(heartbeatStaleSeconds).toBeGreaterThan(2 * heartbeatIntervalSeconds);
      expect(readSettings(functionEnvironment(addresses, labTimes(speed))).ok).toBe(true);
    }
    expect(readSidecarSettings(sidecarEnvironment({ bot: 5, sidecar: 6 })).ok).toBe(true);
  });
});

describe('ActiveTimes', () => {
  it('notifies listeners of new times, and leaves those of new workers alone', () => {
    const times = new ActiveTimes(labTimes(1));
    const seen: number[] = [];
    const stop = times.onChange(({ speed }) => seen.push(speed));
    times.apply(labTimes(10));
    stop();
    times.apply(labTimes(30));
    expect(seen).toEqual([10]);
    expect([times.current.speed, times.forNewWorkers.speed]).toEqual([30, 1]);
  });
});

it('describes the times in one line', () => {
  expect(describeTimes(labTimes(10))).toMatch(
    /^speed 10: the monitor runs every 6 s, .* stale after 30 s, .* lasts 6 s$/,
  );
});

function workerSettings(speed: number) {
  const read = readSettings(workerEnvironment(addresses, labTimes(speed), { id: 'a', bot: 5, sidecar: 6 }));
  if (!read.ok) throw new Error(`speed ${speed}: ${read.problems.join('\n')}`);
  return read.settings;
}

function consumerSettings(speed: number) {
  const site = { ...addresses, queueUrl };
  const environment = consumerEnvironment(site, labTimes(speed), { bot: 5, sidecar: 6 });
  expect(readSettings(environment).ok).toBe(true);
  // The worker is in the same mode.
  const worker = workerEnvironment(site, labTimes(speed), { id: 'a', bot: 5, sidecar: 6 });
  expect(readHandlersSettings(worker)).toEqual(readHandlersSettings(environment));
  return readHandlersSettings(environment);
}

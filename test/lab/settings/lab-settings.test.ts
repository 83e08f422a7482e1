import { describe, expect, it } from 'vitest';
import { readSettings, readSidecarSettings } from '../../../services/core/settings/settings.ts';
import {
  functionEnvironment,
  type LabAddresses,
  sidecarEnvironment,
  workerEnvironment,
} from '../../../services/lab/settings/lab-environment.ts';
import { labPortDefault, readLabSettings, speedMax } from '../../../services/lab/settings/lab-settings.ts';
import { labTimes } from '../../../services/lab/settings/lab-times.ts';

describe('readLabSettings', () => {
  it('runs at the real speed on the usual port when nothing is said', () => {
    expect(readLabSettings({}, [])).toMatchObject({ ok: true, settings: { port: labPortDefault, speed: 1 } });
  });

  it.each([
    [['--speed', '10'], 10],
    [['--speed=60'], 60],
  ])('takes %j', (words, speed) => {
    expect(readLabSettings({}, words)).toMatchObject({ ok: true, settings: { speed } });
  });

  it.each([
    [['--speed', '0']],
    [['--speed', '61']],
    [['--speed', '1.5']],
    [['--speed', 'fast']],
    [['--speed']],
    [['--port', '1']],
    [['10']],
  ])('refuses %j in one line', (words) => {
    const read = readLabSettings({}, words);
    expect(read.ok).toBe(false);
    if (!read.ok)
      expect(read.problems).toEqual([expect.stringMatching(/expected .*, got .*; write it like/)]);
  });

  it('finds a wrong port and a wrong speed at once', () => {
    const read = readLabSettings({ LAB_PORT: '8000-8010' }, ['--speed', '0']);
    if (read.ok) throw new Error('expected problems');
    expect(read.problems.map((problem) => problem.split(':')[0])).toEqual(['LAB_PORT', '--speed']);
  });

  it('lets nothing of real bots and stores through to its children', () => {
    const secrets = { TELEGRAM_BOT_TOKEN: 'x', UPSTASH_REDIS_REST_TOKEN: 'y', AWS_SECRET_ACCESS_KEY: 'z' };
    const read = readLabSettings({ ...secrets, PATH: '/bin', BOT_HANDLERS: './features.ts' }, []);
    expect(read).toMatchObject({
      settings: { childEnvironment: { PATH: '/bin' }, botEnvironment: { BOT_HANDLERS: './features.ts' } },
    });
    expect(JSON.stringify(read)).not.toMatch(/TELEGRAM|UPSTASH|AWS/);
  });
});

const site: LabAddresses = {
  redisUrl: 'http://127.0.0.1:1',
  redisToken: 'store',
  telegramUrl: 'http://127.0.0.1:2',
  botToken: '1:bot',
  awsUrl: 'http://127.0.0.1:3',
  metadataUrl: 'http://127.0.0.1:4',
  opsUrl: 'http://127.0.0.1:7',
  opsLinkSecret: 'the-secret-of-the-links',
};

describe('the lab’s times', () => {
  it('are production’s own at speed 1', () => {
    const { heartbeatIntervalMs, outage, lease, longPollTimeoutSeconds } = workerSettings(1);
    const production = readSettings({
      TELEGRAM_BOT_TOKEN_DEV: '1:bot',
      UPSTASH_REDIS_REST_URL: site.redisUrl,
      UPSTASH_REDIS_REST_TOKEN: 'store',
    });
    expect(production).toMatchObject({
      settings: { heartbeatIntervalMs, outage, lease, longPollTimeoutSeconds },
    });
    expect(labTimes(1).monitorEveryMs).toBe(60_000);
  });

  it('are a tenth at speed 10', () => {
    expect(labTimes(10)).toMatchObject({
      monitorEveryMs: 6000,
      heartbeatIntervalSeconds: 2,
      heartbeatStaleSeconds: 30,
    });
  });

  it('fit together at every speed', () => {
    for (let speed = 1; speed <= speedMax; speed += 1) {
      workerSettings(speed);
      const { heartbeatStaleSeconds, heartbeatIntervalSeconds } = labTimes(speed);
      expect(heartbeatStaleSeconds).toBeGreaterThan(2 * heartbeatIntervalSeconds);
      expect(readSettings(functionEnvironment(site, labTimes(speed))).ok).toBe(true);
    }
    expect(readSidecarSettings(sidecarEnvironment({ bot: 5, sidecar: 6 })).ok).toBe(true);
  });
});

function workerSettings(speed: number) {
  const read = readSettings(workerEnvironment(site, labTimes(speed), { id: 'a', bot: 5, sidecar: 6 }));
  if (!read.ok) throw new Error(`speed ${speed}: ${read.problems.join('\n')}`);
  return read.settings;
}

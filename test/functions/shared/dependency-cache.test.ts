/** A secret that changes while both functions are warm, through the handlers that Lambda calls. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { composeMonitor, type MonitorHandler } from '../../../functions/heartbeat-monitor/handler.ts';
import { composeOps, type OpsHandler } from '../../../functions/release-lock/handler.ts';
import { botToken, FunctionFixture, superadmins } from '../../support/function-fixture.ts';
import { getEvent, linkEnvironment, Phone } from '../release-lock/phone.ts';

const newToken = '123456789:AAnewnewnewnewnewnewnewnewnewnewnew';

let fixture: FunctionFixture;
/** The secrets extension. */
let extension: Server;
let secret: Record<string, string>;
let timesRead: number;
let monitor: MonitorHandler;
let ops: OpsHandler;

beforeAll(async () => {
  fixture = await FunctionFixture.open(undefined);
  extension = createServer((_request, response) => {
    timesRead += 1;
    response.end(JSON.stringify({ SecretString: JSON.stringify(secret) }));
  }).listen(0, 'localhost');
  await once(extension, 'listening');
});
afterAll(async () => {
  extension.close();
  await fixture.close();
});

beforeEach(() => {
  timesRead = 0;
  const { TELEGRAM_BOT_TOKEN_DEV, UPSTASH_REDIS_REST_URL, UPSTASH_REDIS_REST_TOKEN, ...rest } =
    fixture.environment(linkEnvironment) as Record<string, string> & typeof secret;
  secret = {
    TELEGRAM_BOT_TOKEN_DEV: TELEGRAM_BOT_TOKEN_DEV ?? '',
    UPSTASH_REDIS_REST_URL: UPSTASH_REDIS_REST_URL ?? '',
    UPSTASH_REDIS_REST_TOKEN: UPSTASH_REDIS_REST_TOKEN ?? '',
  };
  const environment = {
    ...rest,
    SECRETS_ARN: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:staffprobot',
    PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String((extension.address() as AddressInfo).port),
  };
  monitor = composeMonitor(environment, fixture.seams);
  ops = composeOps(environment, fixture.seams);
});
afterEach(async () => {
  fixture.telegram.fault({ kind: 'none' });
  await fixture.clear();
});

const status = { action: 'status' };
const drop = { action: 'drop-updates', reason: 'a test' };
const changes = ['UPSTASH_REDIS_REST_TOKEN', 'UPSTASH_REDIS_REST_URL'] as const;
/** What the store was reached by before it was changed in the secret. */
const stale = { UPSTASH_REDIS_REST_TOKEN: 'a-revoked-one', UPSTASH_REDIS_REST_URL: 'http://127.0.0.1:1' };

it('reads the secret once while nothing is refused, whatever else fails', async () => {
  await fixture.beat();
  fixture.telegram.fault({ kind: '500' });
  for (let run = 0; run < 3; run += 1) await monitor({});
  expect(timesRead).toBe(1);
  for (let call = 0; call < 3; call += 1) expect(await ops(drop)).toMatchObject({ ok: false });
  expect(timesRead).toBe(2);
});

describe('the heartbeat monitor', () => {
  it.each(['401', '404-token'] as const)(
    'alerts with the new token after the old one got %s',
    async (kind) => {
      await fixture.beat(301_000);
      fixture.telegram.fault({ token: botToken, kind });
      expect(await monitor({})).toMatchObject({ verdict: 'down' });
      secret['TELEGRAM_BOT_TOKEN_DEV'] = newToken;
      const before = fixture.telegram.state(newToken).sentMessages.length;
      await monitor({});
      expect(fixture.telegram.state(newToken).sentMessages.slice(before)).toHaveLength(superadmins.length);
    },
  );

  it.each(changes)('works again in the next minute after an outdated %s', async (name) => {
    await fixture.beat();
    const right = secret[name] ?? '';
    secret[name] = stale[name];
    await expect(monitor({})).rejects.toThrow();
    secret[name] = right;
    expect(await monitor({})).toMatchObject({ verdict: 'up' });
  });
});

describe('the ops function', () => {
  it('acts with the new token after the old one was rejected', async () => {
    fixture.telegram.fault({ token: botToken, kind: '401' });
    expect(await ops(drop)).toMatchObject({ ok: false, error: { code: 'BOT_API_REFUSED' } });
    secret['TELEGRAM_BOT_TOKEN_DEV'] = newToken;
    expect(await ops(drop)).toMatchObject({ ok: true });
  });

  it.each(changes)('answers again after an outdated %s', async (name) => {
    const right = secret[name] ?? '';
    secret[name] = stale[name];
    expect(await ops(status)).toMatchObject({ ok: false });
    secret[name] = right;
    expect(await ops(status)).toMatchObject({ ok: true });
  });

  it('opens a link that it could not read before', async () => {
    const { status: link } = await new Phone(fixture).goDown();
    const right = secret['UPSTASH_REDIS_REST_TOKEN'] ?? '';
    secret['UPSTASH_REDIS_REST_TOKEN'] = 'a-revoked-one';
    expect(await ops(getEvent(link))).toMatchObject({ statusCode: 503 });
    secret['UPSTASH_REDIS_REST_TOKEN'] = right;
    expect(await ops(getEvent(link))).toMatchObject({ statusCode: 200 });
  });
});

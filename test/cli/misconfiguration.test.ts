/** Wrong setups: the settings of another bot, only some of the settings, or an address that is no store. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lockValue } from '../../services/core/lease/lock-value.ts';
import { botToken, FunctionFixture, holder } from '../support/function-fixture.ts';
import { fakeAws, type Typed, type } from './keyboard.ts';

let stage: FunctionFixture;
beforeAll(async () => {
  stage = await FunctionFixture.open(undefined);
});
afterAll(() => stage?.close());
beforeEach(() => stage.clear());

const run = (line: string, more: Readonly<Record<string, string>> = {}, reply?: string): Promise<Typed> =>
  type(line, { environment: stage.environment(more), ...(reply === undefined ? {} : { reply }) });

/** The store's address and token, and nothing else but what is given. */
function storeAlone(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const {
    UPSTASH_REDIS_REST_URL = '',
    UPSTASH_REDIS_REST_TOKEN = '',
    REDIS_KEY_PREFIX = '',
  } = stage.environment();
  return { UPSTASH_REDIS_REST_URL, UPSTASH_REDIS_REST_TOKEN, REDIS_KEY_PREFIX, ...more };
}

describe('a production lock, and the settings of a development bot', () => {
  const production = lockValue({ ...holder, env: 'production' });
  beforeEach(async () => {
    await stage.beat();
    await stage.store.command(['SET', stage.keys.lock, production, 'PX', '30000']);
    stage.telegram.pushText(botToken, { chatId: 7, text: 'wait' });
  });

  it.each(['drop-updates', 'recover', 'restart', 'release-lock', 'release-lock --force'])(
    '%s refuses, changes nothing, and names both environments and the variable',
    async (line) => {
      const restarts = stage.restarts;
      for (const typed of [await run(`${line} --yes`), await run(line, {}, 'y')]) {
        expect(typed).toMatchObject({ code: 1, out: '', questions: [] });
        expect(typed.err).toMatch(
          /ENVIRONMENT: expected production, .*got development \(the default\); set ENVIRONMENT=production/,
        );
        expect(typed.err).toContain('OTHER_ENVIRONMENT');
      }
      expect(await stage.get(stage.keys.lock)).toBe(production);
      expect(await stage.get(stage.keys.lockRevoked)).toBeNull();
      expect(stage.telegram.state(botToken).pending).toBeGreaterThan(0);
      expect(stage.restarts).toBe(restarts);
    },
  );

  it('status shows it, and doctor names it as the first thing to fix', async () => {
    expect((await run('status')).out).toMatch(/mismatch +ENVIRONMENT: expected production/);
    const doctor = await run('doctor');
    expect(doctor.code).toBe(1);
    expect(doctor.out).toMatch(/do this +ENVIRONMENT: expected production, .*got development/);
    expect((await run('doctor --json')).json()).toMatchObject({ healthy: false, cause: 'other-environment' });
  });

  it('the ops function refuses as well', async () => {
    const environment = { environment: stage.environment(), runProgram: fakeAws(stage) };
    const typed = await type('drop-updates --yes --function ops', environment);
    expect(typed.code).toBe(1);
    expect(typed.err).toContain('OTHER_ENVIRONMENT');
    expect(stage.telegram.state(botToken).pending).toBeGreaterThan(0);
  });

  it('with ENVIRONMENT=production the same settings work', async () => {
    const environment = storeAlone({ ENVIRONMENT: 'production' });
    const typed = await type('release-lock --force --yes', { environment });
    expect(typed).toMatchObject({ code: 0, out: expect.stringContaining('The lock was deleted.') });
  });

  it('release-lock works when nothing says which bot is meant', async () => {
    expect((await type('release-lock --force --yes', { environment: storeAlone() })).code).toBe(0);
  });
});

describe('the store’s address and token alone', () => {
  it('are enough for status and doctor, which show what needs the token as unknown', async () => {
    await stage.beat();
    await stage.takeLock();
    for (const [environment, name] of [
      [storeAlone(), 'TELEGRAM_BOT_TOKEN_DEV'],
      [storeAlone({ ENVIRONMENT: 'development' }), 'TELEGRAM_BOT_TOKEN_DEV'],
    ] as const) {
      const status = await type('status', { environment });
      expect(status).toMatchObject({ code: 0, out: expect.stringMatching(/^The bot works\./) });
      expect(status.out).toMatch(new RegExp(`telegram +unknown: ${name} is not set`));
      expect(status.out).toMatch(/queue +unknown/);
      const doctor = await type('doctor', { environment });
      expect(doctor).toMatchObject({ code: 0, out: expect.stringContaining(`unknown: ${name} is not set`) });
    }
    const production = await type('status --json', {
      environment: storeAlone({ ENVIRONMENT: 'production' }),
    });
    expect(production.json()).toMatchObject({
      telegram: 'not-asked',
      telegramProblem: 'TELEGRAM_BOT_TOKEN_PROD is not set',
      pendingUpdates: null,
    });
  });

  it('are not enough to change Telegram’s queue', async () => {
    const typed = await type('drop-updates --yes', { environment: storeAlone() });
    expect(typed.code).toBe(78);
    expect(typed.err).toMatch(/^TELEGRAM_BOT_TOKEN_DEV: expected a bot token, got nothing/);
  });
});

describe('status', () => {
  afterEach(() => stage.telegram.fault({ kind: 'none' }));

  it('shows the state of Telegram in the runbook’s words', async () => {
    expect((await run('status')).out).toMatch(/telegram +reachable\n/);
    stage.telegram.fault({ kind: '500' });
    expect((await run('status')).out).toMatch(/telegram +unreachable\n/);
    stage.telegram.fault({ kind: 'none' });
    stage.telegram.fault({ kind: '401' });
    expect((await run('status')).out).toMatch(/telegram +token-rejected\n/);
  });

  it('says why ECS could not be asked and what is missing, and so does a restart', async () => {
    const unset = { AWS_REGION: '', AWS_DEFAULT_REGION: '' };
    expect((await run('status', unset)).out).toMatch(/ECS +unknown: .*Region is missing.*set AWS_REGION/);
    await stage.beat();
    await stage.takeLock();
    expect(await run('doctor', unset)).toMatchObject({
      code: 0,
      out: expect.stringMatching(
        /^All is well[\s\S]*– tasks +DescribeServices of ECS: unknown: .*set AWS_REGION/,
      ),
    });
    const restart = await run('restart --yes', unset);
    expect(restart.err).toMatch(/FAILED: .*Region is missing; set AWS_REGION, and credentials/);
  });
});

describe('doctor', () => {
  it('advises to switch the worker on, with the names of this stack', async () => {
    stage.service = { ...stage.service, desired: 0, running: 0 };
    expect((await run('doctor')).out).toMatch(
      /command +aws ecs update-service --cluster bots --service worker /,
    );
    stage.service = { ...stage.service, desired: 1, running: 1 };
  });
});

describe('a store that cannot be used', () => {
  const commands = ['status', 'doctor', 'audit', 'dead list'];

  it('is reported with the worker’s text and exit code when nothing listens', async () => {
    for (const line of commands) {
      const typed = await run(line, { UPSTASH_REDIS_REST_URL: 'http://127.0.0.1:1' });
      expect([line, typed.code]).toEqual([line, 69]);
      expect(typed.err.trim()).toMatch(
        /the store cannot be used: .*; check UPSTASH_REDIS_REST_URL and [^\n]*$/,
      );
      expect(typed.err.trim().split('\n')).toHaveLength(1);
    }
  });

  it('is reported when it refuses the token, which is never shown', async () => {
    for (const line of commands) {
      const typed = await run(line, { UPSTASH_REDIS_REST_TOKEN: 'a-wrong-store-token' });
      expect([line, typed.code]).toEqual([line, 69]);
      expect(typed.err).toMatch(/the store cannot be used: .*WRONGPASS.*; check UPSTASH_REDIS_REST_URL/);
      expect(typed.err).not.toContain('a-wrong-store-token');
    }
  });

  it.each([
    ['a page', 200, 'text/html; charset=utf-8', '<html>store-secret</html>', 'HTTP 200, text/html'],
    ['a missing page', 404, 'text/plain', 'nothing here', 'HTTP 404, text/plain'],
    ['JSON of another kind', 403, 'application/json', '{"message":"no"}', 'HTTP 403, application/json'],
    ['a redirection', 302, '', '', 'HTTP 302, no content type'],
  ])('is reported with what its address answers: %s', async (_name, status, kind, body, told) => {
    await serving(
      (_request, response) => {
        response.writeHead(status, {
          location: '/elsewhere',
          ...(kind === '' ? {} : { 'content-type': kind }),
        });
        response.end(body);
      },
      async (url) => {
        for (const line of commands) {
          const typed = await run(line, { UPSTASH_REDIS_REST_URL: url });
          expect([line, typed.code]).toEqual([line, 69]);
          expect(typed.err).toContain(`its address answers ${told}: no Redis REST API`);
          expect(typed.err).not.toContain('store-secret');
        }
      },
    );
  });
});

async function serving(answer: RequestListener, use: (url: string) => Promise<void>): Promise<void> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

import { describe, expect, it } from 'vitest';
import {
  readSettings,
  readSidecarSettings,
  type Settings,
} from '../../../services/core/settings/settings.ts';

const store = { UPSTASH_REDIS_REST_URL: 'https://store.example', UPSTASH_REDIS_REST_TOKEN: 'store-secret' };
const development = { ...store, TELEGRAM_BOT_TOKEN_DEV: '1:dev-secret' };

function settingsOf(environment: Record<string, string>): Settings {
  const read = readSettings(environment);
  if (!read.ok) throw new Error(read.problems.join('\n'));
  return read.settings;
}

function problemsOf(environment: Record<string, string>): readonly string[] {
  const read = readSettings(environment);
  return read.ok ? [] : read.problems;
}

describe('readSettings', () => {
  it('needs a token and a store, and has a default for everything else', () => {
    expect(settingsOf(development)).toMatchObject({
      environment: 'development',
      botToken: '1:dev-secret',
      telegramApiRoot: 'https://api.telegram.org',
      store: { url: 'https://store.example', token: 'store-secret', keyPrefix: '' },
      superadminIds: [],
      lease: { ttlMs: 30_000, renewMs: 10_000, rpcTimeoutMs: 3000, marginMs: 3000, actForMs: 26_700 },
      lockBusy: 'exit',
      heartbeatIntervalMs: 20_000,
      outage: { staleMs: 300_000, reminderMs: 3_600_000, autoRestartMs: 0 },
      longPollTimeoutSeconds: 30,
      updatesInFlightMax: 1000,
      drainTimeoutMs: 25_000,
      metrics: { host: '0.0.0.0', sidecarPort: 9464, botPort: 9465 },
      ecs: undefined,
      opsFunctionName: undefined,
      runbookUrl: 'docs/runbook.md',
      notifyLocale: 'ru',
      logLevel: 'info',
    });
  });

  it('reports all problems at once, one line each', () => {
    const problems = problemsOf({
      ENVIRONMENT: 'prod',
      LONG_POLL_TIMEOUT_SECONDS: '51',
      SUPERADMIN_TELEGRAM_IDS: '1,me',
      METRICS_PORT: 'http',
      NOTIFY_LOCALE: 'de',
      UPSTASH_REDIS_REST_URL: 'store.example',
    });
    const names = problems.map((problem) => problem.split(':')[0]);
    expect(names.sort()).toEqual([
      'ENVIRONMENT',
      'LONG_POLL_TIMEOUT_SECONDS',
      'METRICS_PORT',
      'NOTIFY_LOCALE',
      'SUPERADMIN_TELEGRAM_IDS',
      'TELEGRAM_BOT_TOKEN_DEV',
      'UPSTASH_REDIS_REST_TOKEN',
      'UPSTASH_REDIS_REST_URL',
    ]);
    for (const problem of problems) expect(problem).toMatch(/^[A-Z_]+: expected [^\n]+, got [^\n]+; [^\n]+$/);
  });

  it('takes the name of the ops function and the runbook’s address only as one word', () => {
    const given = { OPS_FUNCTION_NAME: 'Stack-Ops1', RUNBOOK_URL: 'https://wiki.example/run' };
    const { opsFunctionName, runbookUrl } = settingsOf({ ...development, ...given });
    expect({ opsFunctionName, runbookUrl }).toEqual({
      opsFunctionName: 'Stack-Ops1',
      runbookUrl: 'https://wiki.example/run',
    });
    // Both are pasted into a shell or opened from a mail.
    const problems = problemsOf({ ...development, OPS_FUNCTION_NAME: 'a; rm', RUNBOOK_URL: 'https://a/#b' });
    expect(problems.map((problem) => problem.split(':')[0])).toEqual(['OPS_FUNCTION_NAME', 'RUNBOOK_URL']);
  });

  it.each(['', ' ', '\n'])('takes %j as not set', (blank) => {
    expect(settingsOf({ ...development, LONG_POLL_TIMEOUT_SECONDS: blank }).longPollTimeoutSeconds).toBe(30);
  });

  it.each(['-1', '1.5', '1e3', '0x10', ' 7', '51', 'Infinity'])(
    'refuses %j as a number of seconds',
    (value) => {
      expect(problemsOf({ ...development, LONG_POLL_TIMEOUT_SECONDS: value })).toHaveLength(1);
    },
  );

  it('drops blanks and repetitions among the superadmins', () => {
    expect(settingsOf({ ...development, SUPERADMIN_TELEGRAM_IDS: ' 7, 8,7,' }).superadminIds).toEqual([
      '7',
      '8',
    ]);
  });

  it('waits for a busy lock in production and exits elsewhere, unless told otherwise', () => {
    const production = { ...store, ENVIRONMENT: 'production', TELEGRAM_BOT_TOKEN_PROD: '2:prod' };
    expect(settingsOf(production).lockBusy).toBe('standby');
    expect(settingsOf({ ...production, POLLING_LOCK_BUSY: 'exit' }).lockBusy).toBe('exit');
    expect(settingsOf({ ...development, ENVIRONMENT: 'staging' }).lockBusy).toBe('exit');
  });

  it('requires cluster and service together, and a link secret with the links', () => {
    expect(problemsOf({ ...development, ECS_CLUSTER: 'c' })[0]).toMatch(/^ECS_SERVICE: .*ECS_CLUSTER is set/);
    expect(problemsOf({ ...development, OPS_BASE_URL: 'https://x.example' })[0]).toMatch(/^OPS_LINK_SECRET/);
  });

  it('takes a watchdog’s address with its path and query, and never shows it', () => {
    const ping = 'https://hc.example/ping/5f0c-secret?rid=1';
    expect(settingsOf({ ...development, WATCHDOG_PING_URL: ` ${ping} ` }).watchdogPingUrl).toBe(ping);
    expect(settingsOf(development).watchdogPingUrl).toBeUndefined();
    for (const wrong of [
      'hc.example/5f0c',
      'ftp://hc.example/5f0c',
      'https://me:5f0c@hc.example',
      'https://a:99999/5f0c',
    ]) {
      const [problem = ''] = problemsOf({ ...development, WATCHDOG_PING_URL: wrong });
      expect(problem).toMatch(/^WATCHDOG_PING_URL: expected an http or https address/);
      expect(problem).not.toContain('5f0c');
    }
  });

  it('requires a heartbeat limit above the interval', () => {
    const wrong = { ...development, HEARTBEAT_INTERVAL_SECONDS: '20', HEARTBEAT_STALE_SECONDS: '20' };
    expect(problemsOf(wrong)[0]).toMatch(/^HEARTBEAT_STALE_SECONDS/);
  });
});

describe('addresses and secrets', () => {
  const withUrl = (url: string) => ({ ...development, UPSTASH_REDIS_REST_URL: url });
  const withToken = (token: string) => ({ ...development, UPSTASH_REDIS_REST_TOKEN: token });

  it('may have blanks around them, which copying leaves', () => {
    const settings = settingsOf({
      TELEGRAM_BOT_TOKEN_DEV: '1:dev-secret\n',
      TELEGRAM_API_ROOT: ' http://127.0.0.1:8081/ ',
      UPSTASH_REDIS_REST_URL: '\thttps://store.example \n',
      UPSTASH_REDIS_REST_TOKEN: ' store-secret\n',
    });
    expect(settings).toMatchObject({
      botToken: '1:dev-secret',
      telegramApiRoot: 'http://127.0.0.1:8081',
      store: { url: 'https://store.example', token: 'store-secret' },
    });
  });

  it('are brought into the normal form of a URL', () => {
    expect(settingsOf(withUrl('HTTPS://Store.Example/path/')).store.url).toBe('https://store.example/path');
  });

  it.each([
    ['AXyzPastedTokenOfTheStore', '25 characters of another shape'],
    ['"https://store.example"', '23 characters in quotes'],
    ['https://store example', '21 characters with a blank'],
    ['https://tok3nsecret@store.example', 'one with credentials'],
    ['https://default:tok3nsecret@store.example', 'one with credentials'],
    ['https://store.example?_token=tok3nsecret', 'a query'],
    ['https://store.example#tok3nsecret', 'a fragment'],
    ['rediss://default:tok3nsecret@store.example:6379', 'one that begins with rediss://'],
    ['https:\\\\store.example', '21 characters of another shape'],
    ['http://a', '8 characters of another shape'],
  ])('refuses the address %j and does not show it', (url, got) => {
    const problems = problemsOf(withUrl(url));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(
      /^UPSTASH_REDIS_REST_URL: expected an http or https address .*; write it like/,
    );
    expect(problems[0]).toContain(got);
    expect(problems[0]).not.toMatch(/tok3n|AXyz|store.example/);
  });

  it.each([
    ['"store-secret"', 'in quotes'],
    ["'store-secret'", 'in quotes'],
    ['store-secret"', 'of another shape'],
    ['störe-secret', 'not all of them ASCII'],
    ['store secret', 'with a blank'],
  ])('refuses the store token %j and says what is odd about it', (token, oddity) => {
    const problems = problemsOf(withToken(token));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^UPSTASH_REDIS_REST_TOKEN: expected a token of visible ASCII characters/);
    expect(problems[0]).toContain(`${token.length} characters`);
    expect(problems[0]).toContain(oddity);
    expect(problems[0]).not.toContain('secret');
  });

  it('never show a bot token that was pasted into the wrong variable', () => {
    const token = '123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw';
    const problems = problemsOf({ ...development, SUPERADMIN_TELEGRAM_IDS: token, LOG_LEVEL: token });
    expect(problems).toHaveLength(2);
    expect(problems.join()).not.toContain('AAHdq');
  });
});

describe('the times of the lease', () => {
  it('are refused, with the arithmetic, when a renewal and its retry do not fit', () => {
    const problems = problemsOf({ ...development, POLLING_LOCK_RENEW_SECONDS: '21' });
    expect(problems).toEqual([
      'POLLING_LOCK_RENEW_SECONDS: expected renew + 2 × time-out < TTL × 0.99 − margin, ' +
        'got 21 + 2 × 3 = 27, which is not below 30 × 0.99 − 3 = 26.7; ' +
        'renew more often than every 20.7 s, or raise POLLING_LOCK_TTL_SECONDS',
    ]);
  });

  it.each([
    ['6', '2'],
    ['3', '2'],
    ['30', '20'],
  ])('may be %s s with a renewal every %s s', (ttl, renew) => {
    const times = { POLLING_LOCK_TTL_SECONDS: ttl, POLLING_LOCK_RENEW_SECONDS: renew };
    expect(problemsOf({ ...development, ...times })).toEqual([]);
  });

  it('start at a TTL of 3 s', () => {
    const times = { POLLING_LOCK_TTL_SECONDS: '2', POLLING_LOCK_RENEW_SECONDS: '1' };
    expect(problemsOf({ ...development, ...times })[0]).toMatch(/^POLLING_LOCK_TTL_SECONDS: .*from 3 to/);
  });
});

describe('the bot token', () => {
  const override = { TELEGRAM_BOT_TOKEN_OVERRIDE: '9:override' };

  it('comes from the override before all others', () => {
    expect(settingsOf({ ...development, ...override }).botToken).toBe('9:override');
  });

  it('comes from the production variable only in production', () => {
    const both = { ...development, TELEGRAM_BOT_TOKEN_PROD: '2:prod' };
    expect(settingsOf({ ...both, ENVIRONMENT: 'production' }).botToken).toBe('2:prod');
  });

  it.each(['development', 'staging'])('of production is refused in %s, whatever else is set', (name) => {
    const environment = {
      ...development,
      ...override,
      ENVIRONMENT: name,
      TELEGRAM_BOT_TOKEN_PROD: '2:prod-secret',
    };
    const problems = problemsOf(environment);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^TELEGRAM_BOT_TOKEN_PROD: expected nothing outside production/);
    expect(problems[0]).not.toContain('prod-secret');
  });

  it('comes from the deprecated variable last, with a warning', () => {
    const read = readSettings({ ...store, TELEGRAM_BOT_TOKEN: '3:legacy' });
    expect(read).toMatchObject({ ok: true, settings: { botToken: '3:legacy' } });
    expect(read.ok && read.warnings).toEqual([
      'TELEGRAM_BOT_TOKEN is deprecated: name it TELEGRAM_BOT_TOKEN_DEV',
    ]);
    expect(readSettings({ ...development, TELEGRAM_BOT_TOKEN: '3:legacy' })).toMatchObject({ warnings: [] });
  });

  it('of another shape is refused without being shown', () => {
    const problems = problemsOf({ ...store, TELEGRAM_BOT_TOKEN_DEV: 'very-secret-but-wrong' });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^TELEGRAM_BOT_TOKEN_DEV: .*got 21 characters of another shape/);
    expect(problems[0]).not.toContain('very-secret');
  });

  it('of development is not used in production', () => {
    expect(problemsOf({ ...development, ENVIRONMENT: 'production' })[0]).toMatch(
      /^TELEGRAM_BOT_TOKEN_PROD: .*got nothing/,
    );
  });
});

describe('optional parts', () => {
  const both = { optional: ['botToken', 'store'] } as const;

  it('are undefined when none of their variables is set', () => {
    expect(readSettings({}, both)).toMatchObject({
      ok: true,
      settings: { environment: 'development', botToken: undefined, store: undefined },
    });
  });

  it('are read when they are set', () => {
    expect(readSettings(development, both)).toMatchObject({
      ok: true,
      settings: { botToken: '1:dev-secret', store: { url: 'https://store.example' } },
    });
  });

  it.each([
    ['the token alone', { UPSTASH_REDIS_REST_TOKEN: 'x' }, 'UPSTASH_REDIS_REST_URL'],
    ['the address alone', { UPSTASH_REDIS_REST_URL: 'https://x.example' }, 'UPSTASH_REDIS_REST_TOKEN'],
    ['a wrong bot token', { TELEGRAM_BOT_TOKEN_DEV: 'wrong' }, 'TELEGRAM_BOT_TOKEN_DEV'],
    ['a production token', { TELEGRAM_BOT_TOKEN_PROD: '2:prod' }, 'TELEGRAM_BOT_TOKEN_PROD'],
  ])('are still checked when they are set: %s', (_what, environment, name) => {
    const read = readSettings(environment, both);
    expect(read.ok ? [] : read.problems).toEqual([expect.stringMatching(`^${name}: expected `)]);
  });

  it('do not make the other part optional', () => {
    expect(readSettings(store, { optional: ['botToken'] })).toMatchObject({ ok: true });
    expect(readSettings(store, { optional: ['store'] })).toMatchObject({ ok: false });
  });
});

describe('readSidecarSettings', () => {
  it('needs nothing', () => {
    expect(readSidecarSettings({})).toMatchObject({ ok: true, settings: { metrics: { sidecarPort: 9464 } } });
  });

  it('reads a bearer token, and never shows one that is too weak', () => {
    const token = 'sixteen-or-more-characters';
    expect(readSidecarSettings({ METRICS_BEARER_TOKEN: token })).toMatchObject({
      ok: true,
      settings: { bearerToken: token },
    });
    const read = readSidecarSettings({ METRICS_BEARER_TOKEN: 'short-secret' });
    if (read.ok) throw new Error('taken');
    expect(read.problems).toEqual([
      expect.stringMatching(/^METRICS_BEARER_TOKEN: expected at least 16 .*, got 12 characters/),
    ]);
    expect(read.problems.join()).not.toContain('short-secret');
  });

  it('requires two different ports', () => {
    expect(readSidecarSettings({ METRICS_PORT: '9465' })).toMatchObject({ ok: false });
  });
});

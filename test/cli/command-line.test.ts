import { describe, expect, it } from 'vitest';
import { readCommandLine } from '../../services/cli/command-line.ts';
import { commands } from '../../services/cli/commands.ts';
import { helpFor } from '../../services/cli/help.ts';
import { type } from './keyboard.ts';

describe('the command line', () => {
  it.each([[], ['--help'], ['-h'], ['help']])('%j is the general help', async (...args) => {
    expect(readCommandLine(args.flat())).toEqual({ kind: 'help', command: undefined });
  });

  it.each(Object.keys(commands))('%s has its own help, and a line in the general help', async (command) => {
    const { out, code } = await type(`${command} --help`, { environment: {} });
    expect(code).toBe(0);
    expect(out).toContain(`npx staffprobot ${command}`);
    expect(out).toContain('Exit codes');
    expect(helpFor(undefined)).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
    for (const option of commands[command as keyof typeof commands].options) {
      expect(out).toContain(`--${option}`);
    }
  });

  it('-h and help show the help of one command', () => {
    for (const args of [
      ['audit', '-h'],
      ['-h', 'audit'],
      ['help', 'audit'],
    ])
      expect(readCommandLine(args)).toEqual({ kind: 'help', command: 'audit' });
  });

  it('prints its version', async () => {
    expect(await type('--version', { environment: {} })).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^staffprobot \d+\.\d+\.\d+\n$/),
    });
  });

  it.each([
    ['statsu', 'expected a command (', 'got "statsu"; did you mean status?'],
    ['help restrat', 'expected a command (', 'got "restrat"; did you mean restart?'],
    ['release-lock --forse', 'release-lock has no option --forse; did you mean --force?', ''],
    ['audit --counts 3', 'audit has no option --counts; did you mean --count?', ''],
    ['--hlep', 'there is no option --hlep; did you mean --help?', ''],
  ])('%s: says what was probably meant', async (line, begins, ends) => {
    const { code, err } = await type(line, { environment: {} });
    expect(code).toBe(64);
    expect(err.startsWith(begins), err).toBe(true);
    expect(err.split('\n')[0]).toContain(ends);
  });

  it('suggests nothing for what is near to nothing', async () => {
    expect((await type('dance', { environment: {} })).err).not.toContain('did you mean');
    expect((await type('status --force', { environment: {} })).err).not.toContain('did you mean');
  });

  it('fits a terminal', () => {
    const all = [helpFor(undefined), ...Object.keys(commands).map((name) => helpFor(name as 'status'))].join(
      '\n',
    );
    expect(all.split('\n').filter((line) => line.length > 120)).toEqual([]);
  });

  it.each([
    'revive',
    'Status',
    '--json',
    'status now',
    'status --force',
    'status --yes',
    'drop-updates --force --yes',
    'restart --drop-updates --yes',
    'release-lock --forse',
    'release-lock --force=yes --yes',
    'release-lock --reason --yes',
    'release-lock --wait soon --yes',
    'release-lock --wait 0 --yes',
    'release-lock --wait -5 --yes',
    `release-lock --yes --reason ${'x'.repeat(501)}`,
    'audit --count many',
    'constructor',
    '__proto__',
  ])('%s is exit code 64 with one line that says why, and does nothing', async (line) => {
    const { code, out, err } = await type(line, {
      environment: {
        TELEGRAM_BOT_TOKEN_DEV: '1:x',
        UPSTASH_REDIS_REST_URL: 'http://127.0.0.1:1',
        UPSTASH_REDIS_REST_TOKEN: 'x',
      },
    });
    expect(code).toBe(64);
    expect(err.trim()).not.toBe('');
    if (!line.includes('--json')) expect(out).toBe('');
  });

  it('answers a script in JSON what was wrong', async () => {
    const typed = await type('status --json --force', { environment: {} });
    expect(typed.json()).toEqual({
      ok: false,
      error: { code: 'USAGE', message: 'status has no option --force' },
    });
  });
});

describe('check-env', () => {
  const check = (environment: Record<string, string>, line = 'check-env') => type(line, { environment });

  it('warns of a misspelt variable, and names the one that was meant', async () => {
    const typed = await check({ SUPERADMIN_IDS: '7', HOME: '/home' });
    expect(typed.code).toBe(0);
    expect(typed.err).toMatch(/^warning: SUPERADMIN_IDS: .*; did you mean SUPERADMIN_TELEGRAM_IDS\?\n$/);
    expect((await check({ REDIS_PREFIX: 'x' }, 'check-env --json')).json()).toMatchObject({
      ok: true,
      warnings: [expect.stringContaining('did you mean REDIS_KEY_PREFIX?')],
    });
  });
  const production = '123456:production-token-production-token';

  it.each([
    [{}],
    [{ TELEGRAM_BOT_TOKEN_DEV: '1:x' }],
    [{ ENVIRONMENT: 'production', TELEGRAM_BOT_TOKEN_PROD: production }],
    [{ ENVIRONMENT: 'production' }],
  ])('accepts %j', async (environment) => {
    expect(await check(environment)).toMatchObject({ code: 0, err: '' });
  });

  it.each(['development', 'staging', ''])(
    'fails on a production token in %j, with a hint, and does not show it',
    async (name) => {
      const typed = await check({ ENVIRONMENT: name, TELEGRAM_BOT_TOKEN_PROD: production });
      expect(typed.code).toBe(78);
      expect(typed.err.trim().split('\n')).toHaveLength(1);
      expect(typed.err).toMatch(/^TELEGRAM_BOT_TOKEN_PROD: .*would steal.*; remove it here/);
      expect(typed.err).not.toContain(production);
      expect((await check({ TELEGRAM_BOT_TOKEN_PROD: production }, 'check-env --json')).json()).toMatchObject(
        {
          ok: false,
          problems: [expect.stringContaining('TELEGRAM_BOT_TOKEN_PROD')],
        },
      );
    },
  );

  it('reports wrong settings, and with --complete also missing ones', async () => {
    expect((await check({ METRICS_PORT: 'x' })).err).toContain('METRICS_PORT');
    expect((await check({ UPSTASH_REDIS_REST_URL: 'https://x.upstash.io' })).err).toContain('REST_TOKEN');
    const complete = await check({}, 'check-env --complete');
    expect(complete.code).toBe(78);
    expect(complete.err).toContain('TELEGRAM_BOT_TOKEN_DEV');
    expect(complete.err).toContain('UPSTASH_REDIS_REST_URL');
  });

  it('reads the settings of queue mode', async () => {
    const queue = { HANDLERS: 'queue', UPDATES_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/1/a.fifo' };
    expect(await check(queue)).toMatchObject({ code: 0, err: '' });
    expect((await check({ HANDLERS: 'queue' })).err).toMatch(/^UPDATES_QUEUE_URL: .*got nothing/);
    const wrong = await check({ ...queue, HANDLER_SLOTS: '0', METRICS_PORT: 'x' });
    expect(wrong.code).toBe(78);
    expect(wrong.err.match(/^\w+(?=:)/gm)).toEqual(['METRICS_PORT', 'HANDLER_SLOTS']);
  });

  it('shows a deprecation as a warning', async () => {
    const typed = await check({ TELEGRAM_BOT_TOKEN: '1:x' });
    expect(typed.code).toBe(0);
    expect(typed.err).toContain('warning: TELEGRAM_BOT_TOKEN is deprecated');
  });
});

import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../services/adapters/system-clock.ts';
import { freePorts } from '../../services/lab/processes/free-ports.ts';
import { type LabRedis, startLabRedis } from '../../services/lab/redis-rest/lab-redis.ts';
import { type Launched, launch } from '../support/child.ts';
import { isAlive } from '../support/lab.ts';
import { startTelegramEmulator, type TestTelegram } from '../support/telegram-emulator.ts';

const program = fileURLToPath(new URL('../../services/lab/dev.ts', import.meta.url));
const example = fileURLToPath(new URL('../../.env.example', import.meta.url));
const token = '4242:a-development-token-of-nobody-at-all';
const storeToken = 'a-token-of-the-team-store';

describe('npm run dev', () => {
  let folder: string;
  let telegram: TestTelegram;
  let started: Launched[];
  let redis: LabRedis | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'staffprobot-dev-'));
    telegram = await startTelegramEmulator();
    started = [];
    redis = undefined;
  });

  afterEach(async () => {
    for (const { child } of started) child.kill('SIGKILL');
    await telegram.stop();
    await redis?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  function dev(environment: Record<string, string> = {}): Launched {
    const { PATH = '', HOME = '' } = process.env;
    const env = { PATH, HOME, TMPDIR: folder, ...environment };
    const run = launch(process.execPath, [program], { cwd: folder, env });
    started.push(run);
    return run;
  }

  async function writeSettings(lines: readonly string[] = []): Promise<void> {
    const [bot = 0, sidecar = 0] = await freePorts(2);
    const settings = [
      `TELEGRAM_BOT_TOKEN_DEV=${token}`,
      `TELEGRAM_API_ROOT=${telegram.url}`,
      `BOT_METRICS_PORT=${bot}`,
      `METRICS_PORT=${sidecar}`,
      ...lines,
    ];
    await writeFile(join(folder, '.env'), `${settings.join('\n')}\n`);
  }

  it('says to copy the example if there is no .env', async () => {
    const { code, stdout, stderr } = await dev().finished;
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
    expect(stderr).toMatch(/^\.env: expected a file .*install -m 600 \.env\.example \.env.*\n$/);
  });

  it('refuses a .env that is not a file, in one line', async () => {
    await mkdir(join(folder, '.env'));
    const { code, stdout, stderr } = await dev().finished;
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
    expect(stderr).toMatch(/^\.env: expected a file that you may read, got a folder; .*\n$/);
  });

  it('refuses a store’s token without its address, and does not show it', async () => {
    await writeSettings([`UPSTASH_REDIS_REST_TOKEN=${storeToken}`]);
    const { code, stderr } = await dev().finished;
    expect(code).toBe(78);
    expect(stderr).toMatch(
      /^UPSTASH_REDIS_REST_URL: expected an address, because UPSTASH_REDIS_REST_TOKEN is set, got nothing; .*\n$/,
    );
    expect(stderr).not.toContain(storeToken);
  });

  it('asks only for the token if the example was copied but not filled in', async () => {
    await cp(example, join(folder, '.env'));
    const { code, stderr } = await dev().finished;
    expect(code).toBe(78);
    expect(stderr).toMatch(/^TELEGRAM_BOT_TOKEN_DEV: expected a bot token, got nothing; .*\n$/);
  });

  it('refuses a production token without showing it, and reports all other problems with it', async () => {
    await writeSettings([`TELEGRAM_BOT_TOKEN_PROD=${token}`, 'LOG_LEVEL=loud']);
    const { code, stdout, stderr } = await dev().finished;
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
    expect(stderr).toMatch(/^TELEGRAM_BOT_TOKEN_PROD: expected nothing outside production/m);
    expect(stderr).toMatch(/^LOG_LEVEL: expected one of/m);
    expect(stderr).not.toContain(token);
  });

  it('refuses the production environment', async () => {
    await writeSettings();
    const { code, stderr } = await dev({ ENVIRONMENT: 'production' }).finished;
    expect(code).toBe(78);
    expect(stderr).toMatch(
      /^ENVIRONMENT: expected development or staging for npm run dev, got "production"; .*\n$/,
    );
  });

  it('answers people with an embedded store, and drops pending updates on Ctrl-C', async () => {
    await writeSettings();
    const { child, finished } = dev();
    telegram.pushText(token, { chatId: 7, text: '/start' });
    expect((await telegram.waitForSentMessage(token, () => true)).text).toMatch(/^Hello/);
    await telegram.waitForState(token, ({ confirmed }) => confirmed === 1);
    telegram.fault({ method: 'getUpdates', kind: '502-html' });
    telegram.pushText(token, { chatId: 7, text: '/help' });
    await telegram.waitForState(token, ({ pending }) => pending === 1);
    child.kill('SIGINT');
    const { code, stdout, stderr } = await finished;
    expect(code).toBe(0);
    expect(telegram.state(token)).toMatchObject({ pending: 0, dropped: 1 });
    expect(stderr).toMatch(/embedded store/);
    expect(stdout).toMatch(/polling as @\w+: write to it at https:\/\/t\.me\/\w+"/);
    expect(stdout + stderr).not.toContain(token);
  });

  it('leaves another worker’s lock alone, and names its holder', async () => {
    redis = await startLabRedis({
      port: 0,
      tokens: [storeToken],
      redisServerPath: undefined,
      clock: systemClock,
    });
    const held = JSON.stringify({
      host: 'mine',
      pid: 77,
      env: 'development',
      ts: '2026-01-01T00:00:00Z',
      owner: 'x',
    });
    await command(redis, ['SET', 'bot_polling_epoch', '5']);
    await command(redis, ['SET', 'bot_polling_lock', held, 'PX', '60000']);
    await writeSettings([
      // As copying the example leaves it.
      `UPSTASH_REDIS_REST_URL=" ${redis.rest.url} "`,
      `UPSTASH_REDIS_REST_TOKEN=${storeToken}`,
    ]);
    const { code, stdout, stderr } = await dev().finished;
    expect({ code, stdout }).toEqual({ code: 75, stdout: '' });
    expect(stderr).toMatch(/another copy \(host mine, pid 77, since 2026-01-01T00:00:00Z\); stop it/);
    expect(await command(redis, ['GET', 'bot_polling_lock'])).toBe(held);
    expect(telegram.state(token).calls['getUpdates'] ?? 0).toBe(0);
  });

  it('names the copy that runs already with an embedded store, and leaves it alone', async () => {
    await writeSettings();
    const first = dev();
    telegram.pushText(token, { chatId: 7, text: '/start' });
    await telegram.waitForSentMessage(token, () => true);
    const { code, stdout, stderr } = await dev().finished;
    expect({ code, stdout }).toEqual({ code: 75, stdout: '' });
    expect(stderr).toMatch(
      new RegExp(
        `^npm run dev: .* another copy \\(host .*, pid ${first.child.pid}, since .*\\); stop it.*\\n$`,
      ),
    );
    // Before the stop: a stop may end its own last poll with a conflict.
    expect(telegram.state(token).conflicts).toBe(0);
    first.child.kill('SIGTERM');
    expect((await first.finished).code).toBe(0);
  });

  it('passes on the exit code for a rejected token', async () => {
    telegram.fault({ method: 'getMe', kind: '401' });
    await writeSettings();
    expect((await dev().finished).code).toBe(77);
  });

  it('ends its worker if it is killed', async () => {
    await writeSettings();
    const { child, said } = dev();
    telegram.pushText(token, { chatId: 7, text: '/start' });
    await telegram.waitForSentMessage(token, () => true);
    const pid = Number(/"pid":(\d+)/.exec(said.stdout)?.[1]);
    expect(isAlive(pid)).toBe(true);
    child.kill('SIGKILL');
    await vi.waitUntil(() => !isAlive(pid), { timeout: 30_000, interval: 100 });
  });
});

async function command({ rest }: LabRedis, words: readonly string[]): Promise<unknown> {
  const headers = { authorization: `Bearer ${storeToken}` };
  const response = await fetch(rest.url, { method: 'POST', headers, body: JSON.stringify(words) });
  return ((await response.json()) as { result?: unknown }).result;
}

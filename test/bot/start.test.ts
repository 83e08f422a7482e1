import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BotFixture, botToken, keys, startBotFixture } from '../support/bot-fixture.ts';
import { freePort, startProgram } from '../support/program.ts';

let fixture: BotFixture;

beforeEach(async () => {
  fixture = await startBotFixture();
});
afterEach(() => fixture.stop());

const say = (text: string, { from = 5, languageCode = 'en' } = {}): void => {
  fixture.telegram.pushText(botToken, { chatId: from, text, languageCode });
};
const answer = async (pattern: RegExp) =>
  (await fixture.telegram.waitForSentMessage(botToken, ({ text }) => pattern.test(text ?? ''))).text;

describe('a worker that starts', () => {
  it('reports each wrong setting in one line and exits with 78', async () => {
    const program = startProgram('services/bot/main.ts', {
      ENVIRONMENT: 'moon',
      LONG_POLL_TIMEOUT_SECONDS: 'x',
    });
    expect(await program.ended).toBe(78);
    expect(program.stdout()).toBe('');
    const lines = program.stderr().trimEnd().split('\n');
    expect(lines).toHaveLength(5);
    for (const line of lines) expect(line).toMatch(/^[A-Z_]+: expected .+, got .+; .+$/);
  });

  it('names what a misspelt variable was meant to be, in a start that fails and in one that does not', async () => {
    const refused = await fixture.worker({
      UPSTASH_REDIS_REST_URL: '',
      UPSTASH_REDIS_URL: fixture.redis.url,
    });
    expect(await refused.ended).toBe(78);
    expect(refused.stderr()).toMatch(/^UPSTASH_REDIS_URL: .*; did you mean UPSTASH_REDIS_REST_URL\?$/m);
    const worker = await fixture.worker({ POLLING_LOCK_TTL: '9' });
    await worker.says(/"warn".*POLLING_LOCK_TTL: .*did you mean POLLING_LOCK_TTL_SECONDS\?/);
  });

  it('exits with 78 on a production token outside production, without showing it', async () => {
    const worker = await fixture.worker({ ENVIRONMENT: 'development' });
    expect(await worker.ended).toBe(78);
    expect(worker.stderr()).toMatch(/^TELEGRAM_BOT_TOKEN_PROD: expected nothing outside production/);
    expect(worker.output()).not.toContain(botToken.slice(12));
    expect(await fixture.get(keys.lock)).toBeNull();
  });

  it('exits with 69 if nothing listens at the store’s address', async () => {
    const worker = await fixture.worker({ UPSTASH_REDIS_REST_URL: `http://127.0.0.1:${await freePort()}` });
    expect(await worker.ended).toBe(69);
    expect(worker.output()).toContain('UPSTASH_REDIS_REST_URL');
    expect(worker.output()).not.toContain('    at ');
  });

  it('exits with 69 if the store refuses the token, and does not show the token', async () => {
    const worker = await fixture.worker({}, 'a-wrong-rest-token');
    expect(await worker.ended).toBe(69);
    expect(worker.output()).toContain('WRONGPASS');
    expect(worker.output()).not.toContain('a-wrong-rest-token');
  });

  it.each([
    ['its plan is used up', 400, 'ERR max requests limit exceeded. Limit: 9, Usage: 9', 'is used up'],
    ['it knows no such database', 404, 'Database not found', 'check UPSTASH_REDIS_REST_URL'],
    ['it still loads', 400, 'LOADING Redis is loading the dataset in memory', 'start again in a minute'],
  ])('exits with 69 and one clear line when the store says that %s', async (_what, status, reply, fix) => {
    const server = createServer((_request, response) => {
      response.writeHead(status).end(JSON.stringify({ error: reply }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const worker = await fixture.worker({ UPSTASH_REDIS_REST_URL: `http://127.0.0.1:${port}` });
    expect(await worker.ended).toBe(69);
    server.close();
    const lines = worker.output().trimEnd().split('\n');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(reply);
    expect(lines[0]).toContain(fix);
  });

  it('exits with 69 if the address is not a store’s, and says what answers there', async () => {
    const worker = await fixture.worker({ UPSTASH_REDIS_REST_URL: fixture.telegram.url });
    expect(await worker.ended).toBe(69);
    expect(worker.output()).toMatch(/the store cannot be used: .*; check UPSTASH_REDIS_REST_URL/);
    expect(worker.output()).toMatch(/\(its address answers HTTP \d{3}, [^)]+: no Redis REST API\)/);
    expect(worker.output()).not.toContain(fixture.redis.token);
  });

  it('exits with 77 and names TELEGRAM_API_ROOT if that server knows no method', async () => {
    fixture.telegram.fault({ kind: '404-token' });
    const worker = await fixture.worker();
    expect(await worker.ended).toBe(77);
    expect(worker.output()).toContain(`and TELEGRAM_API_ROOT (${fixture.telegram.url})`);
  });

  it('names the Telegram server that does not answer, without a stack', async () => {
    const apiRoot = `http://127.0.0.1:${await freePort()}`;
    const worker = await fixture.worker({ TELEGRAM_API_ROOT: apiRoot });
    await worker.says(/getMe failed.*\n.*getMe failed/s);
    const line =
      worker
        .output()
        .split('\n')
        .find((text) => text.includes('getMe failed')) ?? '';
    expect(JSON.parse(line)).toMatchObject({ apiRoot, error: { code: 'BOT_API_UNREACHABLE' } });
    expect(worker.output()).not.toContain('"stack"');
  });

  it('exits with 77 and releases the lock if the token is rejected while it leads', async () => {
    fixture.telegram.fault({ method: 'getWebhookInfo', kind: '401' });
    const worker = await fixture.worker();
    expect(await worker.ended).toBe(77);
    expect(await fixture.get(keys.lock)).toBeNull();
  });

  it('exits with 77 if Telegram rejects the token, and takes no lock', async () => {
    fixture.telegram.fault({ kind: '401' });
    const worker = await fixture.worker();
    expect(await worker.ended).toBe(77);
    expect(worker.output()).toMatch(
      /Telegram rejects the bot token \(getMe: 401 [^)]*\): check it with @BotFather; put/,
    );
    expect(worker.output()).not.toContain('"stack"');
    expect(worker.output()).not.toContain(botToken);
    expect(await fixture.get(keys.lock)).toBeNull();
  });

  it('exits with 78 if its port is taken, and names the port', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const worker = await fixture.worker({ BOT_METRICS_PORT: String(port) });
    expect(await worker.ended).toBe(78);
    expect(worker.stderr()).toMatch(new RegExp(`^BOT_METRICS_PORT: .*${port}.*\\n$`));
    other.close();
  });

  it('leaves a foreign lock and heartbeat unchanged in development, names the holder and exits with 75', async () => {
    const value = '{"host":"prod-1","pid":4711,"env":"production","ts":"2030-01-01T00:00:00Z","owner":"x"}';
    await fixture.store.command(['SET', keys.lock, value, 'PX', '60000']);
    await fixture.store.command(['SET', keys.heartbeat, 'the heartbeat']);
    const development = {
      ENVIRONMENT: 'development',
      TELEGRAM_BOT_TOKEN_PROD: '',
      TELEGRAM_BOT_TOKEN_DEV: botToken,
    };
    const worker = await fixture.worker(development);
    expect(await worker.ended).toBe(75);
    expect(worker.output()).toContain('host prod-1, pid 4711, environment production');
    expect(await fixture.get(keys.lock)).toBe(value);
    expect(Number(await fixture.store.command(['PTTL', keys.lock]))).toBeLessThanOrEqual(60_000);
    expect(await fixture.get(keys.heartbeat)).toBe('the heartbeat');
    expect(await fixture.get(keys.epoch)).toBe('0');
    expect(fixture.telegram.state(botToken).calls['getUpdates'] ?? 0).toBe(0);
  });

  it.each(['', 'another worker holds the lock'])(
    'exits with 78 on the store of another bot, in one line (%s)',
    async (held) => {
      await fixture.store.command(['SET', keys.bot, '777']);
      if (held !== '') await fixture.store.command(['SET', keys.lock, held, 'PX', '60000']);
      say('/start');
      const worker = await fixture.worker();
      expect(await worker.ended).toBe(78);
      const lines = worker.output().trimEnd().split('\n');
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatch(
        /store of bot 4242424242 .* belongs to bot 777; .*REDIS_KEY_PREFIX.*npx staffprobot unbind/,
      );
      expect(await fixture.get(keys.bot)).toBe('777');
      expect(await fixture.get(keys.lock)).toBe(held === '' ? null : held);
      expect(fixture.telegram.state(botToken).calls['getUpdates'] ?? 0).toBe(0);
    },
  );

  it('binds the store to its bot, which a new secret does not change', async () => {
    const first = await fixture.worker();
    await fixture.lockOtherThan();
    expect(await fixture.get(keys.bot)).toBe('4242424242');
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);
    await fixture.worker({ TELEGRAM_BOT_TOKEN_PROD: '4242424242:AAanother-secret-of-the-same-bot-01234' });
    await fixture.lockOtherThan();
  });

  it('removes a webhook and keeps pending updates', async () => {
    say('/start');
    await fetch(`${fixture.telegram.url}/bot${botToken}/setWebhook?url=https://hook.example/`);
    await fixture.worker();
    expect(await answer(/^Hello!/)).toContain('/help');
  });
});

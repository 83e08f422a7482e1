/** Every wait at a start ends at a stop: exit code 0, soon, and the lock is free. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { luaScript } from '../../services/adapters/redis/lua-scripts.ts';
import { type BotFixture, keys, startBotFixture } from '../support/bot-fixture.ts';
import { type FaultyProxy, faultyProxy, type Treatment } from '../support/faulty-proxy.ts';
import { until } from '../support/program.ts';

let fixture: BotFixture;
let folder: string;
const proxies: FaultyProxy[] = [];

beforeEach(async () => {
  fixture = await startBotFixture();
  folder = mkdtempSync(join(tmpdir(), 'stop-at-start-'));
});
afterEach(async () => {
  for (const proxy of proxies.splice(0)) await proxy.stop();
  await fixture.stop();
  rmSync(folder, { recursive: true });
});

/** The store, except for the requests that a test treats otherwise. */
async function storeBehind(treat: (body: string) => Treatment): Promise<FaultyProxy> {
  const proxy = await faultyProxy(fixture.redis.url, ({ body }) => treat(body));
  proxies.push(proxy);
  return proxy;
}

const openJournal = luaScript('journal/open-journal-3');
const opensJournal = (body: string): boolean =>
  body.includes(openJournal.sha1) || body.includes('open-journal');

describe('a worker that is stopped', () => {
  it.each(['refuse', 'hang'] as const)('while the journal cannot be opened (%s)', async (treatment) => {
    const { url, treated } = await storeBehind((body) => (opensJournal(body) ? treatment : 'forward'));
    const worker = await fixture.worker({ UPSTASH_REDIS_REST_URL: url });
    await until('it tries to open the journal', async () => (treated.includes(treatment) ? true : undefined));
    worker.signal('SIGTERM');
    expect(await worker.ended).toBe(0);
    expect(await fixture.get(keys.lock)).toBeNull();
  });

  it('while the handlers’ module waits at its top level', async () => {
    const module = join(folder, 'handlers.mjs');
    const waits = "process.stdout.write('waits\\n'); await new Promise(() => {}); export default () => {};";
    writeFileSync(module, waits);
    const worker = await fixture.worker({ BOT_HANDLERS: module });
    await worker.says(/^waits$/m);
    worker.signal('SIGTERM');
    expect(await worker.ended).toBe(0);
    expect(await fixture.get(keys.epoch)).toBe('0');
  });

  it('while getMe hangs', async () => {
    const telegram = await faultyProxy(fixture.telegram.url, ({ url }) =>
      url.endsWith('/getMe') ? 'hang' : 'forward',
    );
    proxies.push(telegram);
    const worker = await fixture.worker({ TELEGRAM_API_ROOT: telegram.url });
    await until('it asks who it is', async () => (telegram.treated.includes('hang') ? true : undefined));
    worker.signal('SIGTERM');
    expect(await worker.ended).toBe(0);
    expect(worker.output()).not.toContain('getMe failed');
    expect(await fixture.get(keys.lock)).toBeNull();
  });

  it('while it stands by', async () => {
    await fixture.store.command(['SET', keys.lock, 'foreign', 'PX', '600000']);
    const worker = await fixture.worker();
    await worker.says(/standing by/);
    worker.signal('SIGTERM');
    expect(await worker.ended).toBe(0);
    expect(await fixture.get(keys.lock)).toBe('foreign');
  });

  it('while the store accepts requests and says nothing', async () => {
    const { url, treated } = await storeBehind(() => 'hang');
    const worker = await fixture.worker({ UPSTASH_REDIS_REST_URL: url });
    await until('it asks the store', async () => (treated.length > 0 ? true : undefined));
    worker.signal('SIGTERM');
    expect(await worker.ended).toBe(0);
  });

  it('while the store goes silent on a worker that asks for the lock', async () => {
    let isAway = false;
    const { url, treated } = await storeBehind(() => (isAway ? 'hang' : 'forward'));
    await fixture.store.command(['SET', keys.lock, 'foreign', 'PX', '600000']);
    const worker = await fixture.worker({ UPSTASH_REDIS_REST_URL: url });
    await worker.says(/standing by/);
    isAway = true;
    await fixture.store.command(['PUBLISH', keys.wakeChannel, 'released']);
    await until('it asks again', async () => (treated.includes('hang') ? true : undefined));
    worker.signal('SIGTERM');
    expect(await worker.ended).toBe(0);
  });
});

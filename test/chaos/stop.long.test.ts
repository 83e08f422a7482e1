/**
 * A hand-over under load that loses one request, or one answer, of its last steps: nothing is handled twice, nothing is
 * lost, the order holds, and the lock is free at once.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { luaScript } from '../../services/adapters/redis/lua-scripts.ts';
import { type BotFixture, botToken, startBotFixture } from '../support/bot-fixture.ts';
import {
  type FaultyProxy,
  faultyProxy,
  type ProxiedRequest,
  type Treatment,
} from '../support/faulty-proxy.ts';
import { until } from '../support/program.ts';

/** `busy` messages take a while and fill one chat's lane; the others end at once. */
const handlers = `
  import { appendFileSync } from 'node:fs';
  export default async (ctx) => {
    const { text } = ctx.message;
    if (text.startsWith('busy')) await new Promise((resolve) => setTimeout(resolve, 300));
    appendFileSync(process.env.TEST_RECORD, text + '\\n');
  };`;
const busyCount = 12;
const otherChats = 40;

let fixture: BotFixture;
let folder: string;
let record: string;
let proxies: FaultyProxy[];

beforeEach(async () => {
  fixture = await startBotFixture();
  folder = mkdtempSync(join(tmpdir(), 'lossy-stop-'));
  record = join(folder, 'record');
  writeFileSync(join(folder, 'handlers.mjs'), handlers);
  writeFileSync(record, '');
  proxies = [];
});
afterEach(async () => {
  await fixture.stop();
  await Promise.all(proxies.map((proxy) => proxy.stop()));
  rmSync(folder, { recursive: true });
});

const handled = (): string[] => readFileSync(record, 'utf8').split('\n').slice(0, -1);
const handledCount = (count: number) =>
  until(`${count} messages are handled`, async () => (handled().length >= count ? true : undefined));

/** Treats the first request that `fits` as said, once armed. */
class Loss {
  isArmed = false;
  happened = false;
  private readonly treatment: Treatment;
  private readonly fits: (request: ProxiedRequest) => boolean;

  constructor(treatment: Treatment, fits: (request: ProxiedRequest) => boolean) {
    this.treatment = treatment;
    this.fits = fits;
  }

  treat(request: ProxiedRequest): Treatment {
    if (!this.isArmed || this.happened || !this.fits(request)) return 'forward';
    this.happened = true;
    return this.treatment;
  }
}

async function worker(loss?: Loss) {
  const treat = (request: ProxiedRequest): Treatment => loss?.treat(request) ?? 'forward';
  const [store, telegram] = await Promise.all([
    faultyProxy(fixture.redis.url, treat),
    faultyProxy(fixture.telegram.url, treat),
  ]);
  proxies.push(store, telegram);
  return fixture.worker({
    BOT_HANDLERS: join(folder, 'handlers.mjs'),
    TEST_RECORD: record,
    UPSTASH_REDIS_REST_URL: store.url,
    TELEGRAM_API_ROOT: telegram.url,
    // Long, so that a lock that was not released would be seen.
    POLLING_LOCK_TTL_SECONDS: '60',
    POLLING_LOCK_RENEW_SECONDS: '10',
  });
}

const runs =
  (path: string) =>
  ({ body }: ProxiedRequest): boolean =>
    body.includes(luaScript(path).sha1);
const steps: Readonly<Record<string, (request: ProxiedRequest) => boolean>> = {
  'the write to the journal': runs('journal/write-journal-3'),
  'the confirmation': ({ url }) => /\/(?:getUpdates|getWebhookInfo)$/.test(url),
  'the release': runs('lease/release-polling-lock-3'),
};
const losses = ['lose the request', 'lose the answer'] as const;
const cases = Object.keys(steps).flatMap((step) => losses.map((loss) => [loss, step] as const));

describe('a stop under load with a standby', () => {
  it.each(cases)('repeats nothing when they %s of %s', async (treatment, step) => {
    const loss = new Loss(treatment, steps[step] ?? (() => false));
    const first = await worker(loss);
    const lock = await fixture.lockOtherThan();
    const standby = await worker();
    await standby.says(/standing by/);
    const texts = [
      ...Array.from({ length: busyCount }, (_, index) => ({ chatId: 1, text: `busy ${index}` })),
      ...Array.from({ length: otherChats }, (_, index) => ({ chatId: 100 + index, text: `quick ${index}` })),
    ];
    for (const text of texts) fixture.telegram.pushText(botToken, text);
    await handledCount(otherChats + 2);
    loss.isArmed = true;
    first.signal('SIGTERM');
    expect(await first.ended).toBe(0);
    expect(loss.happened).toBe(true);
    await fixture.lockOtherThan(lock);
    await handledCount(texts.length);
    expect(handled().toSorted()).toEqual(texts.map(({ text }) => text).toSorted());
    const busy = handled().filter((text) => text.startsWith('busy'));
    expect(busy).toEqual(Array.from({ length: busyCount }, (_, index) => `busy ${index}`));
  });
});

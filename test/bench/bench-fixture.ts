/**
 * What all contenders share: one emulator process with a round trip of 30 ms and one store over REST. Each run has its
 * own bot, its own record file and, for ours, its own store keys.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { upstashStore } from '../../services/adapters/redis/upstash-store.ts';
import { systemClock } from '../../services/adapters/system-clock.ts';
import { fetchBotApi } from '../../services/adapters/telegram/fetch-bot-api.ts';
import { storeKeys } from '../../services/core/platform/store-keys.ts';
import type { FaultRequest } from '../../services/lab/telegram-emulator/faults.ts';
import { freePort, type Program, startProgram, type Wrap } from '../support/program.ts';
import { RecordFile, type Sent } from './record.ts';
import { type Order, orderText, wallMs } from './work.ts';

export const roundTripMs = 30;
const startLimitMs = 20_000;
export const storeToken = 'rest-token-of-the-bench';

export interface BenchFixture {
  readonly telegramUrl: string;
  readonly telegram: Program;
  readonly storeUrl: string;
  run(): Promise<Run>;
  stop(): Promise<void>;
}

export async function openFixture(): Promise<BenchFixture> {
  const folder = mkdtempSync(join(tmpdir(), 'staffprobot-bench-'));
  const telegram = await ready('services/lab/telegram-emulator/main.ts', [
    '--port',
    '0',
    '--latency-ms',
    String(roundTripMs),
  ]);
  const store = await ready('services/lab/redis-rest/main.ts', ['--port', '0', '--token', storeToken]);
  const runs: Run[] = [];
  return {
    telegramUrl: telegram.url,
    telegram: telegram.program,
    storeUrl: store.url,
    async run() {
      const run = new Run({ index: runs.length, folder, telegramUrl: telegram.url, storeUrl: store.url });
      runs.push(run);
      await run.prepare();
      return run;
    },
    async stop() {
      await Promise.all(runs.map((run) => run.stop()));
      for (const { record } of runs) record.close();
      await telegram.program.destroy();
      store.program.signal('SIGTERM');
      await store.program.ended;
      rmSync(folder, { recursive: true });
    },
  };
}

async function ready(main: string, args: readonly string[]): Promise<{ program: Program; url: string }> {
  const program = startProgram(main, {}, args);
  await program.says(/^ready \S+$/m);
  return { program, url: /^ready (\S+)$/m.exec(program.stdout())?.[1] ?? '' };
}

export interface Message extends Omit<Order, 'number'> {
  readonly chatId: number;
}

interface RunPlace {
  readonly index: number;
  readonly folder: string;
  readonly telegramUrl: string;
  readonly storeUrl: string;
}

/** One run of one bot: the messages sent to it, the programs that poll for it, and what they did. */
export class Run {
  readonly token: string;
  readonly record: RecordFile;
  readonly sent: Sent[] = [];
  readonly place: RunPlace;
  readonly keyPrefix: string;
  /** The metrics port of our last worker. */
  port = 0;
  /** Starts programs by another one, such as one that limits them. */
  wrap: Wrap | undefined;
  private readonly recordPath: string;
  private readonly programs: Program[] = [];

  constructor(place: RunPlace) {
    this.place = place;
    this.token = `${7000 + place.index}:secret-of-a-bot-of-the-bench`;
    this.keyPrefix = `run${place.index}:`;
    this.recordPath = join(place.folder, `run-${place.index}`);
    this.record = new RecordFile(this.recordPath);
  }

  /** Seeds the epoch: without one, the first start would wait for a whole lease. */
  async prepare(): Promise<void> {
    await this.store.command(['SET', storeKeys(this.keyPrefix).epoch, '0']);
  }

  get store() {
    return upstashStore({ url: this.place.storeUrl, token: storeToken, timeoutMs: 10_000 });
  }

  /** Starts a contender's program. */
  async start(
    main: string,
    args: readonly string[],
    more: Readonly<Record<string, string>>,
  ): Promise<Program> {
    const { token, place, recordPath, keyPrefix } = this;
    this.port = await freePort();
    const bench = { BENCH_TOKEN: token, BENCH_API_ROOT: place.telegramUrl, BENCH_RECORD: recordPath };
    const worker = {
      ENVIRONMENT: 'production',
      TELEGRAM_BOT_TOKEN_PROD: token,
      TELEGRAM_API_ROOT: place.telegramUrl,
      UPSTASH_REDIS_REST_URL: place.storeUrl,
      UPSTASH_REDIS_REST_TOKEN: storeToken,
      REDIS_KEY_PREFIX: keyPrefix,
      BOT_METRICS_PORT: String(this.port),
    };
    const program = startProgram(main, { ...bench, ...worker, ...more }, args, this.wrap);
    this.programs.push(program);
    return program;
  }

  /** Sends users' messages, all in one request. */
  async send(messages: readonly Message[]): Promise<void> {
    const atMs = wallMs();
    const updates = messages.map(({ chatId, workMs, reply, how }) => {
      const number = this.sent.length;
      this.sent.push({ number, chatId, atMs, workMs });
      return messageUpdate(number, chatId, orderText({ number, workMs, reply, how }));
    });
    await this.control('updates', { updates });
  }

  /** Resolves when a first message has been handled. */
  async warmUp(): Promise<void> {
    const number = this.sent.length;
    await this.send([{ chatId: 1_000_000, workMs: 0, reply: false }]);
    if (!(await this.until(() => this.record.done.has(number), startLimitMs))) {
      throw new Error(`the first message was not handled: ${this.programs.at(-1)?.output()}`);
    }
  }

  async fault(request: Omit<FaultRequest, 'token'>): Promise<void> {
    await this.control('faults', request);
  }

  /** Resolves when every message is done, at the latest after `limitMs`; false if some are not. */
  async settled(limitMs: number): Promise<boolean> {
    return this.until(() => this.record.done.size >= this.sent.length, limitMs);
  }

  /** Resolves when every message is done, or when none was done for `quietMs`. */
  async untilQuiet({
    quietMs,
    limitMs,
  }: {
    readonly quietMs: number;
    readonly limitMs: number;
  }): Promise<void> {
    let last = { count: -1, atMs: 0 };
    await this.until(() => {
      const count = this.record.done.size;
      const atMs = systemClock.monotonicMs();
      if (count !== last.count) last = { count, atMs };
      return count >= this.sent.length || atMs - last.atMs > quietMs;
    }, limitMs);
  }

  /** By default our last worker's metrics by name, without those that have labels. */
  async metrics(port = this.port): Promise<ReadonlyMap<string, number>> {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    return new Map(
      [...text.matchAll(/^(\w+) (\S+)$/gm)].map(([, name, value]) => [name ?? '', Number(value)]),
    );
  }

  /** Resolves when Telegram holds no unconfirmed update; false after `limitMs`. */
  async confirmed(limitMs: number): Promise<boolean> {
    const api = fetchBotApi({ apiRoot: this.place.telegramUrl, token: this.token });
    const { signal } = new AbortController();
    const endMs = systemClock.monotonicMs() + limitMs;
    while (systemClock.monotonicMs() < endMs) {
      const options = { timeoutMs: limitMs, signal };
      const info = await api.call<{ pending_update_count: number }>('getWebhookInfo', {}, options);
      if (info.pending_update_count === 0) return true;
    }
    return false;
  }

  /** Reads the record until `fits` is true, for at most `limitMs`. */
  async until(fits: () => boolean, limitMs: number): Promise<boolean> {
    const endMs = systemClock.monotonicMs() + limitMs;
    for (;;) {
      this.record.read();
      if (fits()) return true;
      if (systemClock.monotonicMs() > endMs) return false;
      await systemClock.sleep(20);
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.programs.map((program) => program.destroy()));
  }

  private async control(what: 'updates' | 'faults', body: Readonly<Record<string, unknown>>): Promise<void> {
    const response = await fetch(`${this.place.telegramUrl}/emulator/${what}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: this.token, ...body }),
    });
    const answer = (await response.json()) as { ok: boolean; description?: string };
    if (!answer.ok) throw new Error(`the emulator refused: ${answer.description}`);
  }
}

function messageUpdate(number: number, chatId: number, text: string): Readonly<Record<string, unknown>> {
  const person = { id: chatId, first_name: `Person ${chatId}` };
  const date = Math.floor(wallMs() / 1000);
  return {
    message: {
      message_id: number + 1,
      date,
      from: { ...person, is_bot: false, language_code: 'en' },
      chat: { ...person, type: 'private' },
      text,
    },
  };
}

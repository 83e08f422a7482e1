/**
 * Queue mode as real processes under load, on one engine: any program can be ended, frozen, or cut off from the queue or
 * the store, and the engine can lose answers, be slow or be away. Messages are numbered in the order of sending.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectedQueue } from '../../../services/adapters/sqs.ts';
import { systemClock } from '../../../services/adapters/system-clock.ts';
import type { QueueDepth } from '../../../services/core/queue/updates-queue.ts';
import type { Prng } from '../../simulator/prng.ts';
import { botToken, keys, type WorkerProcess } from '../../support/bot-fixture.ts';
import { type FaultyProxy, faultyProxy, type Treatment } from '../../support/faulty-proxy.ts';
import {
  connect,
  type EngineName,
  labEngine,
  type QueueEngine,
  startEngine,
} from '../../support/queue-engines.ts';
import { type QueueFixture, startQueueFixture } from '../../support/queue-fixture.ts';
import { brokenPromises, firstEnds, type Line, readLines, type SentUpdate } from './delivery-record.ts';
import { recordFile } from './recording-handlers.ts';

export type Side = 'poller' | 'consumer';
/** Treats a request of this program, as a proxy does. */
type Treat = () => Treatment | Promise<Treatment>;

export interface ChaosProgram extends WorkerProcess {
  readonly side: Side;
  /** How its requests to the queue and to the store are treated. */
  queue: Treat;
  store: Treat;
}

const forward: Treat = () => 'forward';
const ticksPerSecond = 10;
const [standstillMs, lookEveryMs] = [45_000, 200];
export const chats = 60;
export const slots = 20;

export class QueueChaos {
  readonly fixture: QueueFixture;
  readonly sent: SentUpdate[] = [];
  readonly programs: ChaosProgram[] = [];
  /** For all programs. */
  queue: Treat = forward;
  store: Treat = forward;
  private readonly engine: QueueEngine;
  private readonly proxies: FaultyProxy[] = [];
  private readonly queuePath: string;
  private readonly engineUrl: string;
  private readonly visibilitySeconds: number;
  private readonly folder = mkdtempSync(join(tmpdir(), 'queue-chaos-'));
  private connected: ConnectedQueue | undefined;
  /** Programs that ended, froze or were cut off in the middle: what they ran may be repeated. */
  private readonly disturbed = new Set<number>();

  /** @param visibilitySeconds a short one if something is to come again; a long one if a busy machine must not cause it */
  static async create(name: EngineName, visibilitySeconds = 6): Promise<QueueChaos> {
    const engine = await startEngine(name);
    // The fixture brings the lab's.
    const options = name === labEngine ? {} : { queueUrl: await engine.newQueue() };
    return new QueueChaos(engine, await startQueueFixture(options), visibilitySeconds);
  }

  private constructor(engine: QueueEngine, fixture: QueueFixture, visibilitySeconds: number) {
    const { origin, pathname } = new URL(fixture.queueUrl);
    this.engine = engine;
    this.engineUrl = origin;
    this.queuePath = pathname;
    this.fixture = fixture;
    this.visibilitySeconds = visibilitySeconds;
    writeFileSync(join(this.folder, recordFile), '');
  }

  async start(side: Side, environment: Readonly<Record<string, string>> = {}): Promise<ChaosProgram> {
    const treats: { queue: Treat; store: Treat } = { queue: forward, store: forward };
    const join = async (target: string, what: 'queue' | 'store'): Promise<string> => {
      const proxy = await faultyProxy(target, async () => {
        const treatment = await this[what]();
        return treatment === 'forward' ? treats[what]() : treatment;
      });
      this.proxies.push(proxy);
      return proxy.url;
    };
    const program = await this.fixture[side]({
      BOT_HANDLERS: './test/chaos/support/recording-handlers.ts',
      DELIVERY_FOLDER: this.folder,
      HANDLER_SLOTS: String(slots),
      QUEUE_VISIBILITY_SECONDS: String(this.visibilitySeconds),
      UPDATES_QUEUE_URL: (await join(this.engineUrl, 'queue')) + this.queuePath,
      UPSTASH_REDIS_REST_URL: await join(this.fixture.redis.url, 'store'),
      ...environment,
    });
    const started: ChaosProgram = Object.assign(treats, { ...program, side });
    this.programs.push(started);
    return started;
  }

  /** Whatever it ran may be repeated. */
  disturb(program: ChaosProgram): void {
    this.disturbed.add(program.pid);
  }

  freeze(program: ChaosProgram): void {
    this.disturb(program);
    program.signal('SIGSTOP');
  }

  /** From the queue alone; until `reconnect`. */
  cutOff(program: ChaosProgram): void {
    this.disturb(program);
    program.queue = () => 'hang';
  }

  reconnect(program: ChaosProgram): void {
    program.queue = forward;
  }

  async kill(program: ChaosProgram): Promise<void> {
    this.disturb(program);
    program.signal('SIGKILL');
    await program.ended;
  }

  send(chatId: number, what: string): number {
    const number = this.sent.length + 1;
    this.sent.push({ number, chatId, what });
    this.fixture.telegram.pushText(botToken, { chatId, text: `${number} ${what}` });
    return number;
  }

  sendSome(count: number, prng: Prng): void {
    for (let index = 0; index < count; index++)
      this.send(prng.integer(1, chats), prng.happens(0.7) ? 'fast' : `slow ${prng.integer(1, 100)}`);
  }

  /** Sends at a steady pace for so long. */
  async load(seconds: number, perSecond: number, prng: Prng): Promise<void> {
    const startedMs = systemClock.monotonicMs();
    for (let tick = 1; tick <= seconds * ticksPerSecond; tick++) {
      this.sendSome(perSecond / ticksPerSecond, prng);
      await systemClock.sleep(
        Math.max(0, startedMs + (tick * 1000) / ticksPerSecond - systemClock.monotonicMs()),
      );
    }
  }

  lines(): Line[] {
    return readLines(join(this.folder, recordFile));
  }

  /** Of the queue, whatever engine it is on. */
  async depth(): Promise<QueueDepth> {
    this.connected ??= await connect(this.engine, this.engineUrl + this.queuePath);
    return this.connected.depth();
  }

  async dead(): Promise<Set<number>> {
    const letters = (await this.fixture.store.command(['HVALS', keys.dead])) as readonly string[];
    return new Set(letters.map((letter) => Number(/"text":"(\d+) /.exec(letter)?.[1])));
  }

  /** Resolves when every update has ended or is dead. A busy machine may take its time, but must get on. */
  async done(): Promise<void> {
    let [openMin, sinceMs] = [Number.POSITIVE_INFINITY, systemClock.monotonicMs()];
    for (;;) {
      const [ended, dead] = [firstEnds(this.lines()), await this.dead()];
      const open = this.sent.filter(({ number }) => !ended.has(number) && !dead.has(number)).length;
      if (open === 0) return;
      if (open < openMin) [openMin, sinceMs] = [open, systemClock.monotonicMs()];
      if (systemClock.monotonicMs() - sinceMs > standstillMs)
        throw new Error(`${open} updates are open, and none has ended for ${standstillMs / 1000} s`);
      await systemClock.sleep(lookEveryMs);
    }
  }

  /** Each broken promise in one line. */
  async broken(): Promise<string[]> {
    const ends = [...this.disturbed].map((pid) => ({ pid, lineCount: 0, mayRepeat: undefined }));
    return brokenPromises({ sent: this.sent, lines: this.lines(), dead: await this.dead(), ends });
  }

  repeats(): number {
    const begun = this.lines().filter(({ event }) => event === 'begin');
    return begun.length - new Set(begun.map(({ number }) => number)).size;
  }

  async stop(): Promise<void> {
    await this.fixture.stop();
    await Promise.all(this.proxies.map((proxy) => proxy.stop()));
    await this.engine.stop();
    rmSync(this.folder, { recursive: true });
  }
}

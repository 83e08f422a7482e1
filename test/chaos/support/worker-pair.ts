/**
 * A leader and a standby that are restarted whenever they end, over a store and a Telegram that can fail, with a record
 * of every leader's end. Messages are numbered in the order of sending.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { redisDeadLetters } from '../../../services/adapters/redis/journal/dead-letters.ts';
import { redisLockOverride } from '../../../services/adapters/redis/lease/lock-override.ts';
import {
  type BotFixture,
  botToken,
  keys,
  startBotFixture,
  type WorkerProcess,
} from '../../support/bot-fixture.ts';
import { until } from '../../support/program.ts';
import { firstEnds, type LeaderEnd, type Line, readLines, type SentUpdate } from './delivery-record.ts';
import { gateFile, recordFile } from './recording-handlers.ts';

const handlers = join(import.meta.dirname, 'recording-handlers.ts');
const journaledIdsFrom = 500_000;
const journaledAtOnce = 1000;
const testToken = 'client-of-the-test';
/** One per worker, so that a single worker can be cut off from the store. */
const workerTokens = ['client-a-of-the-store', 'client-b-of-the-store'] as const;

export interface PairMember {
  readonly worker: WorkerProcess;
  readonly storeToken: string;
}

export interface SendOptions {
  readonly chatId: number;
  readonly what: string;
  /** Telegram assigns the next id if absent. */
  readonly updateId?: number;
  /** The update is about this many bytes bigger. */
  readonly padding?: number;
}

export interface WorkerPairOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Reports each crash at once, as ECS does, so that nobody waits for the TTL. */
  readonly deathsAreReported?: boolean;
}

export class WorkerPair {
  readonly fixture: BotFixture;
  readonly sent: SentUpdate[] = [];
  readonly ends: LeaderEnd[] = [];
  private readonly folder = mkdtempSync(join(tmpdir(), 'delivery-'));
  private environment: Readonly<Record<string, string>>;
  private readonly deathsAreReported: boolean;
  private readonly numberOf = new Map<number, number>();
  private readonly members: (PairMember | undefined)[] = [];
  private closing = false;

  static async create(options: WorkerPairOptions = {}): Promise<WorkerPair> {
    return new WorkerPair(await startBotFixture([testToken, ...workerTokens]), options);
  }

  private constructor(
    fixture: BotFixture,
    { environment = {}, deathsAreReported = false }: WorkerPairOptions,
  ) {
    this.fixture = fixture;
    this.deathsAreReported = deathsAreReported;
    this.environment = { BOT_HANDLERS: handlers, DELIVERY_FOLDER: this.folder, ...environment };
    writeFileSync(join(this.folder, recordFile), '');
  }

  /** Adds `more` to the environment, for replacements too. */
  async start(slots: readonly number[] = [0, 1], more: Readonly<Record<string, string>> = {}): Promise<void> {
    this.environment = { ...this.environment, ...more };
    await Promise.all(slots.map((slot) => this.fill(slot)));
  }

  send(messages: readonly SendOptions[]): void {
    const updates = messages.map((one) => {
      const message = this.messageOf(one);
      return one.updateId === undefined ? { message } : { update_id: one.updateId, message };
    });
    const ids = this.fixture.telegram.pushUpdates(botToken, updates);
    const first = this.sent.length - messages.length;
    for (const [index, id] of ids.entries()) {
      if (id === null) throw new Error('the emulator refused an update');
      this.numberOf.set(id, first + index);
    }
  }

  /** Puts these into the journal as a leader left them that had confirmed them, each after so many attempts. */
  async journalAsSent(messages: readonly SendOptions[], attempts: number): Promise<void> {
    const lines = messages.map((one, index) => {
      const message = this.messageOf(one);
      const update_id = journaledIdsFrom + index;
      this.numberOf.set(update_id, message.message_id - 1);
      return [String(update_id), `${attempts} 0 0 ${index} ${JSON.stringify({ update_id, message })}`];
    });
    for (let at = 0; at < lines.length; at += journaledAtOnce)
      await this.fixture.store.command([
        'HSET',
        keys.journal,
        ...lines.slice(at, at + journaledAtOnce).flat(),
      ]);
  }

  private messageOf({ chatId, what, padding = 0 }: SendOptions) {
    const number = this.sent.length;
    this.sent.push({ number, chatId, what });
    const person = { id: chatId, first_name: `Person ${chatId}` };
    const chat = { ...person, type: 'private' };
    const text = `${number} ${what}`;
    return {
      message_id: number + 1,
      date: 1,
      from: person,
      chat,
      text,
      ...(padding && { padding: 'x'.repeat(padding) }),
    };
  }

  /** Lets a held handler continue, or fixes one that crashes. */
  open(number: number): void {
    writeFileSync(join(this.folder, gateFile(number)), '');
  }

  lines(): Line[] {
    return readLines(join(this.folder, recordFile));
  }

  /** Waits until all but `left` updates are handled or dead letters. */
  async done(left = 0): Promise<void> {
    await until(`all but ${left} of ${this.sent.length} are done`, async () => {
      const ends = firstEnds(this.lines());
      const dead = [...(await this.dead())].filter((number) => !ends.has(number));
      return this.sent.length - ends.size - dead.length <= left ? true : undefined;
    });
  }

  async dead(): Promise<Set<number>> {
    return new Set((await this.idsIn(keys.dead)).map((id) => this.nameOf(id)));
  }

  /** The journal's entries by number, each with its number of attempts; 0 for a tombstone. */
  async journal(): Promise<Map<number, number>> {
    const flat = (await this.fixture.store.command(['HGETALL', keys.journal])) as readonly string[];
    const entries = new Map<number, number>();
    for (let index = 0; index < flat.length; index += 2)
      entries.set(this.nameOf(Number(flat[index])), Number.parseInt(flat[index + 1] ?? '', 10) || 0);
    return entries;
  }

  /** Puts a dead letter back, as `npx staffprobot dead retry` does. */
  async retry(number: number): Promise<string> {
    const [id] = [...this.numberOf].find(([, name]) => name === number) ?? [];
    return redisDeadLetters(this.fixture.store, keys).retry(String(id), { who: 'anna', why: 'fixed' });
  }

  /** The running worker that holds the lock. */
  async leader(): Promise<PairMember> {
    return until('a worker leads', async () => {
      const value = await this.fixture.get(keys.lock);
      const pid = value === null ? undefined : (JSON.parse(value) as { pid?: number }).pid;
      return this.members.find((member) => member?.worker.pid === pid && member !== undefined);
    });
  }

  async stop(): Promise<void> {
    this.closing = true;
    await this.fixture.stop();
    rmSync(this.folder, { recursive: true });
  }

  private async fill(slot: number): Promise<void> {
    const storeToken = workerTokens[slot % workerTokens.length] ?? workerTokens[0];
    const worker = await this.fixture.worker(this.environment, storeToken);
    this.members[slot] = { worker, storeToken };
    this.watchStepDown(worker);
    void worker.ended.then(async (code) => {
      if (this.closing) return;
      this.members[slot] = undefined;
      if (/leading/.test(worker.output())) await this.recordEnd(worker.pid, { stoppedCleanly: code === 0 });
      if (this.deathsAreReported && code !== 0) await this.report(worker.pid);
      if (!this.closing) await this.fill(slot);
    });
  }

  /** Does what the ops function does when ECS reports that the holder's task has stopped. */
  async report(pid: number): Promise<void> {
    const value = await this.fixture.get(keys.lock);
    if (value === null || (JSON.parse(value) as { pid?: number }).pid !== pid) return;
    await redisLockOverride(this.fixture.store, keys).break(
      value,
      { who: 'ecs', why: 'the task stopped' },
      'task-stopped',
    );
  }

  /** A leader may end its term without ending its process. */
  private watchStepDown(worker: WorkerProcess): void {
    let seen = 0;
    worker.child.stdout?.on('data', () => {
      const count = worker.output().match(/stepping down: (?!released)/g)?.length ?? 0;
      if (count > seen && !this.closing) void this.recordEnd(worker.pid, { stoppedCleanly: false });
      seen = count;
    });
  }

  /**
   * Records a leader's end. After a clean stop, no finished update may be handled again. Otherwise, updates that are
   * unconfirmed or journaled at this moment may be. If another worker already leads, it is too late to tell.
   */
  async recordEnd(pid: number, { stoppedCleanly }: { stoppedCleanly: boolean }): Promise<void> {
    const lineCount = this.lines().length;
    const unconfirmed = this.fixture.telegram.state(botToken).pendingIds;
    try {
      const journaled = await this.idsIn(keys.journal);
      const holder = await this.fixture.get(keys.lock);
      const another = holder !== null && (JSON.parse(holder) as { pid?: number }).pid !== pid;
      const numbers = stoppedCleanly ? [] : [...unconfirmed, ...journaled].map((id) => this.nameOf(id));
      this.ends.push({
        pid,
        lineCount,
        mayRepeat: another && !stoppedCleanly ? undefined : new Set(numbers),
      });
    } catch (error) {
      if (!this.closing) throw error;
    }
  }

  private async idsIn(hash: string): Promise<number[]> {
    return ((await this.fixture.store.command(['HKEYS', hash])) as readonly string[]).map(Number);
  }

  private nameOf(updateId: number): number {
    return this.numberOf.get(updateId) ?? -1;
  }
}

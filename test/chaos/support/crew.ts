/**
 * A leader and a standby that are started again whenever they end, over a store and a Telegram that can fail; and
 * an account of every leader's end. What is sent is numbered in the order of sending.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { redisDeadLetters } from '../../../services/adapters/redis/journal/dead-letters.ts';
import { redisLockStore } from '../../../services/adapters/redis/lease/lock-store.ts';
import {
  type BotStage,
  botToken,
  keys,
  startBotStage,
  type WorkerProcess,
} from '../../support/bot-fixture.ts';
import { until } from '../../support/program.ts';
import { firstEnds, type LeaderEnd, type Line, readLines, type SentUpdate } from './delivery-record.ts';
import { gateFile, recordFile } from './recording-handlers.ts';

const handlers = join(import.meta.dirname, 'recording-handlers.ts');
const testToken = 'client-of-the-test';
/** Each worker's own, so that one of them can be cut off from the store. */
const workerTokens = ['client-a-of-the-store', 'client-b-of-the-store'] as const;

export interface Member {
  readonly worker: WorkerProcess;
  readonly storeToken: string;
}

export interface SendOptions {
  readonly chatId: number;
  readonly what: string;
  /** Kept by Telegram; the next one when absent. */
  readonly updateId?: number;
}

export interface CrewOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Whoever dies is reported at once, as ECS does, and so need not be waited for. */
  readonly deathsAreReported?: boolean;
}

export class Crew {
  readonly stage: BotStage;
  readonly sent: SentUpdate[] = [];
  readonly ends: LeaderEnd[] = [];
  private readonly folder = mkdtempSync(join(tmpdir(), 'delivery-'));
  private environment: Readonly<Record<string, string>>;
  private readonly deathsAreReported: boolean;
  private readonly numberOf = new Map<number, number>();
  private readonly members: (Member | undefined)[] = [];
  private closing = false;

  static async gather(options: CrewOptions = {}): Promise<Crew> {
    return new Crew(await startBotStage([testToken, ...workerTokens]), options);
  }

  private constructor(stage: BotStage, { environment = {}, deathsAreReported = false }: CrewOptions) {
    this.stage = stage;
    this.deathsAreReported = deathsAreReported;
    this.environment = { BOT_HANDLERS: handlers, DELIVERY_FOLDER: this.folder, ...environment };
    writeFileSync(join(this.folder, recordFile), '');
  }

  /** `more` goes into the environment, also of those that are started in the place of one that ended. */
  async start(slots: readonly number[] = [0, 1], more: Readonly<Record<string, string>> = {}): Promise<void> {
    this.environment = { ...this.environment, ...more };
    await Promise.all(slots.map((slot) => this.fill(slot)));
  }

  send(messages: readonly SendOptions[]): void {
    const updates = messages.map(({ chatId, what, updateId }) => {
      const number = this.sent.length;
      this.sent.push({ number, chatId, what });
      const person = { id: chatId, first_name: `Person ${chatId}` };
      const chat = { ...person, type: 'private' };
      const message = { message_id: number + 1, date: 1, from: person, chat, text: `${number} ${what}` };
      return updateId === undefined ? { message } : { update_id: updateId, message };
    });
    const ids = this.stage.telegram.pushUpdates(botToken, updates);
    const first = this.sent.length - messages.length;
    for (const [index, id] of ids.entries()) {
      if (id === null) throw new Error('the emulator took an update not in');
      this.numberOf.set(id, first + index);
    }
  }

  /** Lets a held handler go on, or mends a deadly one. */
  open(number: number): void {
    writeFileSync(join(this.folder, gateFile(number)), '');
  }

  lines(): Line[] {
    return readLines(join(this.folder, recordFile));
  }

  /** Waits until all but `left` of what was sent are done or dead. */
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

  /** The journal's entries by number, each with its count of attempts; 0 when its handler has ended. */
  async journal(): Promise<Map<number, number>> {
    const flat = (await this.stage.store.command(['HGETALL', keys.journal])) as readonly string[];
    const entries = new Map<number, number>();
    for (let index = 0; index < flat.length; index += 2)
      entries.set(this.nameOf(Number(flat[index])), Number.parseInt(flat[index + 1] ?? '', 10) || 0);
    return entries;
  }

  /** Puts a dead update back, as `npx staffprobot dead retry` does. */
  async retry(number: number): Promise<string> {
    const [id] = [...this.numberOf].find(([, name]) => name === number) ?? [];
    return redisDeadLetters(this.stage.store, keys).retry(String(id), { who: 'anna', why: 'mended' });
  }

  /** Who holds the lock, and lives. */
  async leader(): Promise<Member> {
    return until('somebody leads', async () => {
      const value = await this.stage.get(keys.lock);
      const pid = value === null ? undefined : (JSON.parse(value) as { pid?: number }).pid;
      return this.members.find((member) => member?.worker.pid === pid && member !== undefined);
    });
  }

  async stop(): Promise<void> {
    this.closing = true;
    await this.stage.stop();
    rmSync(this.folder, { recursive: true });
  }

  private async fill(slot: number): Promise<void> {
    const storeToken = workerTokens[slot % workerTokens.length] ?? workerTokens[0];
    const worker = await this.stage.worker(this.environment, storeToken);
    this.members[slot] = { worker, storeToken };
    this.watchStepDown(worker);
    void worker.ended.then(async (code) => {
      if (this.closing) return;
      this.members[slot] = undefined;
      if (/leading/.test(worker.output())) await this.account(worker.pid, { stoppedWell: code === 0 });
      if (this.deathsAreReported && code !== 0) await this.report(worker.pid);
      if (!this.closing) await this.fill(slot);
    });
  }

  /** What the ops function does when ECS tells that the holder's task has stopped. */
  async report(pid: number): Promise<void> {
    const value = await this.stage.get(keys.lock);
    if (value === null || (JSON.parse(value) as { pid?: number }).pid !== pid) return;
    await redisLockStore(this.stage.store, keys).break(value, { who: 'ecs', why: 'the task stopped' });
  }

  /** A leader may end its term and live on. */
  private watchStepDown(worker: WorkerProcess): void {
    let seen = 0;
    worker.child.stdout?.on('data', () => {
      const count = worker.output().match(/stepping down: (?!released)/g)?.length ?? 0;
      if (count > seen && !this.closing) void this.account(worker.pid, { stoppedWell: false });
      seen = count;
    });
  }

  /**
   * Who stopped well saw to it that nothing finished is handled again. Of others, what is unconfirmed or in the
   * journal at this moment may be; when another leads by now, it is too late to tell.
   */
  async account(pid: number, { stoppedWell }: { stoppedWell: boolean }): Promise<void> {
    const lineCount = this.lines().length;
    const unconfirmed = this.stage.telegram.state(botToken).pendingIds;
    try {
      const journaled = await this.idsIn(keys.journal);
      const holder = await this.stage.get(keys.lock);
      const another = holder !== null && (JSON.parse(holder) as { pid?: number }).pid !== pid;
      const numbers = stoppedWell ? [] : [...unconfirmed, ...journaled].map((id) => this.nameOf(id));
      this.ends.push({ pid, lineCount, mayRepeat: another && !stoppedWell ? undefined : new Set(numbers) });
    } catch (error) {
      if (!this.closing) throw error;
    }
  }

  private async idsIn(hash: string): Promise<number[]> {
    return ((await this.stage.store.command(['HKEYS', hash])) as readonly string[]).map(Number);
  }

  private nameOf(updateId: number): number {
    return this.numberOf.get(updateId) ?? -1;
  }
}

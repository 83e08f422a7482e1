/**
 * The end of a session: no further handler begins, those that run end, the journal takes the rest, and Telegram is told
 * what is settled.
 *
 * Guarantees: each step is repeated until it succeeds, the drain's deadline has passed, or the term is over. So one lost
 * request or answer repeats no update.
 * Does not guarantee: an end to a handler. What still runs at the deadline is journaled, for the next leader.
 */
import type { Term } from '../lease/term.ts';
import type { Clock } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import { repeatUntil } from '../platform/repeat-until.ts';
import type { ConditionWaits } from './condition-waits.ts';
import { confirmTimeoutMs, type Fetcher } from './fetcher.ts';
import type { JournalEntry } from './journal.ts';
import type { SessionJournal } from './session-journal.ts';
import type { UpdateLedger } from './update-ledger.ts';

export interface DrainOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly term: Term;
  readonly ledger: UpdateLedger;
  readonly fetcher: Fetcher;
  readonly journal: Pick<SessionJournal, 'write'>;
  readonly waits: ConditionWaits;
  /** Whether no handler runs or is about to. */
  readonly isIdle: () => boolean;
  readonly timeoutMs: number;
}

export class Drain {
  private readonly options: DrainOptions;
  private readonly deadlineMs: number;

  constructor(options: DrainOptions) {
    this.options = options;
    this.deadlineMs = options.clock.monotonicMs() + options.timeoutMs;
  }

  /** @returns whether the end is clean: the journal recognises every handled update that Telegram may deliver again */
  async run(): Promise<boolean> {
    const { ledger, term, fetcher } = this.options;
    await this.waitForHandlers();
    await this.repeat(() => this.journalUnsettled());
    const isClean = term.mayAct() ? await this.confirm() : fetcher.unconfirmedLastId === undefined;
    return isClean && ledger.unsettledCount === 0;
  }

  private async waitForHandlers(): Promise<void> {
    const { clock, term, waits, isIdle } = this.options;
    const { overSignal: signal } = term;
    while (!isIdle() && term.mayAct() && clock.monotonicMs() < this.handlersDeadlineMs) {
      const untilMs = Math.min(this.handlersDeadlineMs, term.deadlineMs);
      await waits.until(isIdle, { timeoutMs: untilMs - clock.monotonicMs(), signal });
    }
  }

  /** The lock of a term that ended is not renewed, so journal and confirm before its deadline. */
  private get handlersDeadlineMs(): number {
    const { endReason, deadlineMs, times } = this.options.term;
    if (endReason === undefined) return this.deadlineMs;
    return Math.min(this.deadlineMs, deadlineMs - times.rpcTimeoutMs - confirmTimeoutMs);
  }

  private async journalUnsettled(): Promise<boolean> {
    const { ledger, journal } = this.options;
    const unsettled = ledger.unsettled();
    return unsettled.length === 0 || journal.write([...unsettled, ...ledger.tombstonesToWrite()]);
  }

  /** False when Telegram may deliver an ended update again that the journal does not recognise. */
  private async confirm(): Promise<boolean> {
    const { ledger, fetcher, journal } = this.options;
    const lastId = fetcher.unconfirmedLastId;
    if (lastId !== undefined) {
      const how = await this.confirmOrKeep(lastId);
      if (how !== 'confirmed') return how === 'kept';
    }
    let tombstones: readonly JournalEntry[] = [];
    const isTidy = await this.repeat(async () => {
      tombstones = ledger.tombstonesToWrite();
      const isNeeded = tombstones.length > 0 || ledger.removable().length > 0;
      return !isNeeded || journal.write(tombstones);
    });
    return isTidy || tombstones.length === 0;
  }

  /** Tells Telegram, or else the journal, what has ended: with tombstones the next leader recognises it when it comes again. */
  private async confirmOrKeep(lastId: number): Promise<'confirmed' | 'kept' | 'neither'> {
    const { ledger, fetcher, term, journal } = this.options;
    const offset = ledger.confirmableOffset(lastId);
    let how: 'confirmed' | 'kept' | 'neither' = 'neither';
    await this.repeat(async () => {
      if (await fetcher.confirm(offset)) {
        if (offset > lastId) ledger.confirmed(offset);
        how = 'confirmed';
      } else if (term.mayAct() && (await journal.write(ledger.tombstones()))) how = 'kept';
      return how !== 'neither';
    });
    return how;
  }

  private repeat(step: () => Promise<boolean>): Promise<boolean> {
    const { clock, random, term } = this.options;
    const mayGoOn = (): boolean => term.mayAct();
    return repeatUntil(step, { clock, random, deadlineMs: this.deadlineMs, mayGoOn });
  }
}

/**
 * What a drill or a step of the tour works with: it waits for conditions, says what it waits for, and records what it
 * measures.
 *
 * `until` polls the emulator, the store and the processes, and gives up after a generous time; nothing is assumed
 * because time has passed. `seen` waits for what only a fault can show: it ends when the fault is fixed, and the run
 * then counts as unseen, never as kept.
 */
import type { LabContext } from '../lab-context.ts';
import type { LoadGenerator } from '../load/load-generator.ts';
import type { PollSession } from '../measurements/poll-watch.ts';
import type { Text } from '../shared/text.ts';
import type { MeasureId, Measures } from './measures.ts';

/**
 * Breaks something, watches, fixes it, and throws `PromiseBroken` where the system did not keep its promise.
 *
 * @param worker the name of the worker that the drill is about
 */
export type Drill = (context: DrillContext, worker: string | null) => Promise<void>;

/** The system did not do what it promises. */
export class PromiseBroken extends Error {
  readonly why: Text;

  constructor(why: Text) {
    super(why.en);
    this.name = 'PromiseBroken';
    this.why = why;
  }
}

/** The lab or the tour is stopping, so the result no longer matters. */
export class DrillStopped extends Error {
  constructor() {
    super('the drill was stopped');
    this.name = 'DrillStopped';
  }
}

export interface DrillContextDeps {
  readonly lab: LabContext;
  /** Aborts when the drill must stop for good. */
  readonly end: AbortSignal;
  /** Aborts when the fault must be fixed now. */
  readonly fixed: AbortSignal;
  /** The messages that show whether anything is lost. */
  readonly load: LoadGenerator;
  readonly onChange: () => void;
}

export interface SeenOptions {
  readonly withinMs?: number;
  /** For faults that can also be fixed in other ways than by `fixed`. */
  readonly isFixed?: () => boolean;
}

const checkEveryMs = 100;
/** Generous: a busy machine may take ten times as long to start a process. */
const timeoutMs = 90_000;

export class DrillContext {
  readonly lab: LabContext;
  readonly load: LoadGenerator;
  readonly polls: PollSession;
  /** Aborts when the fault must be fixed now. */
  readonly fixed: AbortSignal;
  /** Aborts when the drill must stop for good. */
  readonly end: AbortSignal;
  readonly measures: Measures = {};
  /** The fault was fixed before the promised behaviour could be seen. */
  unseen = false;
  now: Text | null = null;
  private overlapsBefore = 0;
  private readonly onChange: () => void;
  private readonly isFixed = (): boolean => this.fixed.aborted;

  constructor({ lab, end, fixed, load, onChange }: DrillContextDeps) {
    this.lab = lab;
    this.end = end;
    this.fixed = fixed;
    this.load = load;
    this.onChange = onChange;
    this.polls = lab.polls.begin();
    this.resetOverlaps();
  }

  get nowMs(): number {
    return this.lab.clock.monotonicMs();
  }

  close(): void {
    this.polls.end();
  }

  /** Forgets earlier overlaps: the poll that a frozen process leaves open is none. */
  resetOverlaps(): void {
    this.overlapsBefore = this.recordedOverlaps;
    this.polls.disownedPolls = 0;
  }

  /**
   * How often two clients polled at once, by the emulator's record. Conflicts would not show it: a client also causes
   * one with its own abandoned poll.
   */
  overlaps(): number {
    return this.recordedOverlaps - this.overlapsBefore;
  }

  say(now: Text): void {
    this.now = now;
    this.onChange();
  }

  measure(id: MeasureId, value: number): void {
    this.measures[id] = Math.round(value * 10) / 10;
    this.onChange();
  }

  /**
   * Waits for a condition; returns how long that took, in milliseconds.
   *
   * @throws PromiseBroken if it does not hold within `withinMs`
   */
  async until(
    what: Text,
    condition: () => boolean | Promise<boolean>,
    withinMs = timeoutMs,
  ): Promise<number> {
    this.say({ en: `Waiting: ${what.en}`, ru: `Ждём: ${what.ru}` });
    const startedMs = this.nowMs;
    for (;;) {
      if (this.end.aborted) throw new DrillStopped();
      if (await this.holds(condition)) return this.nowMs - startedMs;
      if (this.nowMs - startedMs > withinMs) break;
      await this.lab.clock.sleep(checkEveryMs, this.end);
    }
    const seconds = Math.round(withinMs / 1000);
    throw new PromiseBroken({
      en: `Did not happen within ${seconds} s: ${what.en}`,
      ru: `Не произошло за ${seconds} с: ${what.ru}`,
    });
  }

  /** Like `until`, but ends when the fault is fixed: the run is then unseen, and the result undefined. */
  async seen(
    what: Text,
    condition: () => boolean | Promise<boolean>,
    { withinMs = timeoutMs, isFixed = this.isFixed }: SeenOptions = {},
  ): Promise<number | undefined> {
    let saw = false;
    const check = async (): Promise<boolean> => {
      saw = await this.holds(condition);
      return saw || isFixed();
    };
    const tookMs = await this.until(what, check, withinMs);
    if (saw) return tookMs;
    this.unseen = true;
    return undefined;
  }

  /** Leaves a fault in place until it is fixed or the time is up. */
  async hold(limitMs: number, what: Text, isFixed = this.isFixed): Promise<void> {
    this.say(what);
    const startedMs = this.nowMs;
    const wake = AbortSignal.any([this.fixed, this.end]);
    while (!this.end.aborted && !isFixed()) {
      const leftMs = startedMs + limitMs - this.nowMs;
      if (leftMs <= 0) return;
      await this.lab.clock.sleep(Math.min(checkEveryMs, leftMs), wake);
    }
    if (this.end.aborted) throw new DrillStopped();
  }

  /** @throws PromiseBroken unless `kept` */
  demand(kept: boolean, why: Text): void {
    if (!kept) throw new PromiseBroken(why);
  }

  private get recordedOverlaps(): number {
    return this.lab.telegram.state(this.lab.addresses.botToken).overlaps;
  }

  /** A store that does not answer means "not yet". */
  private async holds(condition: () => boolean | Promise<boolean>): Promise<boolean> {
    try {
      return await condition();
    } catch {
      return false;
    }
  }
}

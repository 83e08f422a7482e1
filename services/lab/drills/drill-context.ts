/**
 * What one drill, or one step of the tour, works with while it runs: it waits for conditions, says what it waits for,
 * and notes what it measures.
 *
 * `until` looks again and again at what the emulator, the store and the processes show, and gives up after a generous
 * time; nothing is assumed because time has passed. `seen` does the same for what shows only while a fault stands: it
 * ends when the fault is mended, and what was not seen by then is never taken for kept.
 */
import type { LabContext } from '../lab-parts.ts';
import type { LoadGenerator } from '../load/load-generator.ts';
import type { PollSession } from '../measurements/poll-watch.ts';
import type { Text } from '../shared/text.ts';
import type { MeasureId, Measures } from './measures.ts';

/** The system did not do what it promises. */
export class PromiseBroken extends Error {
  readonly why: Text;

  constructor(why: Text) {
    super(why.en);
    this.name = 'PromiseBroken';
    this.why = why;
  }
}

/** Nobody wants to know any more: the lab or the tour is being stopped. */
export class DrillStopped extends Error {
  constructor() {
    super('the drill was stopped');
    this.name = 'SceneEnded';
  }
}

export interface DrillContextDeps {
  readonly lab: LabContext;
  /** Aborts when the drill is to stop for good. */
  readonly end: AbortSignal;
  /** Aborts when its fault is to be mended now. */
  readonly fixed: AbortSignal;
  /** Whose messages tell whether anything was lost. */
  readonly load: LoadGenerator;
  readonly onChange: () => void;
}

export interface SeenOptions {
  readonly withinMs?: number;
  readonly isFixed?: () => boolean;
}

const checkEveryMs = 100;
/** Generous: a busy machine starts a process in ten times the usual time. */
const timeoutMs = 90_000;

export class DrillContext {
  readonly lab: LabContext;
  readonly load: LoadGenerator;
  readonly polls: PollSession;
  readonly fixed: AbortSignal;
  readonly measures: Measures = {};
  /** A fault was mended before what is promised could be seen. */
  unseen = false;
  now: Text | null = null;
  private overlapsBefore = 0;
  /** Aborts when the context is to stop for good. */
  readonly end: AbortSignal;
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

  /** What came before is no sign of two that poll at once: a frozen process leaves a poll behind. */
  resetOverlaps(): void {
    this.overlapsBefore = this.lab.telegram.state(this.lab.addresses.botToken).overlaps;
    this.polls.disownedPolls = 0;
  }

  /**
   * How often two polled at once, by the emulator's own record. Conflicts are no sign of it: one's own poll that was
   * given up makes one too.
   */
  overlaps(): number {
    return this.lab.telegram.state(this.lab.addresses.botToken).overlaps - this.overlapsBefore;
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
   * How long it took, in milliseconds.
   * @throws PromiseBroken when it has not come within `withinMs`
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
      en: `Not seen within ${seconds} s: ${what.en}`,
      ru: `Не дождались за ${seconds} с: ${what.ru}`,
    });
  }

  /**
   * As `until`, for what shows only while a fault stands: undefined when the fault is mended before.
   * @param isMended when it is mended in other ways, too, than by a wish for it
   */
  async seen(
    what: Text,
    condition: () => boolean | Promise<boolean>,
    { withinMs = timeoutMs, isFixed = this.isFixed }: SeenOptions = {},
  ): Promise<number | undefined> {
    let saw = false;
    const look = async (): Promise<boolean> => {
      saw = await this.holds(condition);
      return saw || isFixed();
    };
    const tookMs = await this.until(what, look, withinMs);
    if (saw) return tookMs;
    this.unseen = true;
    return undefined;
  }

  /** Leaves a fault in place until it is mended or the time is over. */
  async hold(limitMs: number, what: Text, isMended = this.isFixed): Promise<void> {
    this.say(what);
    const startedMs = this.nowMs;
    const wake = AbortSignal.any([this.fixed, this.end]);
    while (!this.end.aborted && !isMended()) {
      const leftMs = startedMs + limitMs - this.nowMs;
      if (leftMs <= 0) return;
      await this.lab.clock.sleep(Math.min(checkEveryMs, leftMs), wake);
    }
    if (this.end.aborted) throw new DrillStopped();
  }

  demand(kept: boolean, why: Text): void {
    if (!kept) throw new PromiseBroken(why);
  }

  /** A store that does not answer just now has not shown what is waited for. */
  private async holds(condition: () => boolean | Promise<boolean>): Promise<boolean> {
    try {
      return await condition();
    } catch {
      return false;
    }
  }
}

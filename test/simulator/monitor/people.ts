/** The simulated people: now and then someone snoozes the alerts, or is on it. */
import type { OutageControl } from '../../../services/core/monitor/outage-store.ts';
import { StoreUnreachableError } from '../../../services/core/platform/store-errors.ts';
import type { VirtualClock } from '../../support/virtual-clock.ts';
import type { Prng } from '../prng.ts';
import type { OutageChecker } from './outage-checker.ts';
import type { RanScript } from './store-line.ts';

export interface PeopleOptions {
  readonly trueTime: VirtualClock;
  readonly store: OutageControl;
  readonly chance: Prng;
  readonly superadminIds: readonly string[];
  readonly outages: OutageChecker;
  readonly faultsOn: () => boolean;
  readonly note: (line: string) => void;
}

const minuteMs = 60_000;

export class People {
  private readonly options: PeopleOptions;
  private readonly worstCase: Prng;
  /** Most nights nobody is on it, so that reminders go on. */
  private readonly isAwake: boolean;

  constructor(options: PeopleOptions) {
    this.options = options;
    this.worstCase = options.chance.fork();
    this.isAwake = options.chance.happens(0.3);
  }

  async act(untilMs: number): Promise<void> {
    const { trueTime, chance, store, outages, faultsOn, note } = this.options;
    while (trueTime.monotonicMs() < untilMs) {
      await trueTime.sleep(chance.integer(2, 12) * minuteMs);
      if (!faultsOn()) return;
      const isSnooze = !this.isAwake || chance.happens(0.3);
      if (isSnooze && chance.happens(0.5)) continue;
      const forMs = chance.integer(0, 4) * minuteMs;
      note(`--- ${isSnooze ? `snooze for ${forMs} ms` : 'someone is on it'}`);
      await ifAnswered(
        isSnooze
          ? store.snooze(chance.token(), forMs, this.someone())
          : store.acknowledge(outages.newest?.id ?? '', this.someone()),
      );
    }
  }

  /** The worst moment to be on it: right after a run has observed the outage, before it reminds. */
  ran({ script }: RanScript): void {
    const { outages, faultsOn, note, store } = this.options;
    const { newest } = outages;
    if (!faultsOn() || script !== 'watch-bot-10' || newest === undefined || newest.recoveredMs !== undefined)
      return;
    if (!this.isAwake || !this.worstCase.happens(0.3)) return;
    note('--- someone is on it at the worst moment');
    void ifAnswered(store.acknowledge(newest.id, this.someone()));
  }

  private someone(): { who: string; why: string } {
    const { chance, superadminIds } = this.options;
    return { who: `the link sent to ${chance.oneOf(superadminIds)}`, why: 'a button' };
  }
}

async function ifAnswered(asked: Promise<unknown>): Promise<void> {
  try {
    await asked;
  } catch (error) {
    if (!(error instanceof StoreUnreachableError)) throw error;
  }
}

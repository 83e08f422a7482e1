/**
 * The handlers of the simulated bot: at times a new version is deployed of which all fail, until the next version comes or
 * what they need works again. The shipped alarm counts the ends and reports them.
 */
import { redisHandlersReports } from '../../../services/adapters/redis/outage/handlers-reports.ts';
import { redisWarningStore } from '../../../services/adapters/redis/outage/warning-store.ts';
import { HandlersAlarm } from '../../../services/core/alerts/handlers-alarm.ts';
import type { StoreKeys } from '../../../services/core/platform/store-keys.ts';
import type { EmbeddedStore } from '../../../services/lab/redis-rest/embedded-store.ts';
import type { VirtualClock } from '../../support/virtual-clock.ts';
import type { Prng } from '../prng.ts';
import { SimulatedProcess } from '../process.ts';
import type { HandlersChecker } from './handlers-checker.ts';
import type { MonitorMutation } from './mutation.ts';
import type { StoreLine } from './store-line.ts';

export interface HandlersLifeOptions {
  readonly trueTime: VirtualClock;
  readonly store: EmbeddedStore;
  readonly keys: StoreKeys;
  readonly line: StoreLine;
  readonly chance: Prng;
  readonly superadminIds: readonly string[];
  readonly mutation: MonitorMutation;
  readonly checker: HandlersChecker;
  readonly note: (line: string) => void;
}

interface Version {
  readonly process: SimulatedProcess;
  readonly alarm: HandlersAlarm;
}

const minuteMs = 60_000;
const failedEveryMs = 10_000;
/** Faster than failures, so that they are soon the majority. */
const workedEveryMs = 3000;
const worksForMs = 8 * minuteMs;

export class HandlersLife {
  private readonly options: HandlersLifeOptions;
  private epoch = 0;

  constructor(options: HandlersLifeOptions) {
    this.options = options;
  }

  /** Now and then, until then. */
  async live(untilMs: number): Promise<void> {
    const { trueTime, chance } = this.options;
    while (trueTime.monotonicMs() < untilMs) {
      await trueTime.sleep(Math.min(chance.integer(1, 25) * minuteMs, untilMs - trueTime.monotonicMs()));
      if (trueTime.monotonicMs() < untilMs) await this.failForAWhile();
    }
  }

  private async failForAWhile(): Promise<void> {
    const { chance, checker, note } = this.options;
    const failing = this.deploy();
    note('--- the handlers fail');
    checker.failing(this.epoch);
    await this.handle(failing, 'failed', { forMs: chance.integer(6, 10) * minuteMs, everyMs: failedEveryMs });
    checker.mustBeReported();
    const isFixed = chance.happens(0.5);
    if (isFixed) failing.process.crash();
    const version = isFixed ? this.deploy() : failing;
    note('--- the handlers work');
    checker.working(this.epoch);
    await this.handle(version, 'ok', { forMs: worksForMs, everyMs: workedEveryMs });
    checker.mustBeOver();
    version.process.crash();
  }

  /** The next version leads, and the one before has ended. */
  private deploy(): Version {
    const { trueTime, store, keys, line, superadminIds, mutation } = this.options;
    this.epoch += 1;
    const { epoch } = this;
    store.execute(['SET', keys.epoch, String(epoch)]);
    const process = new SimulatedProcess(`handlers-${epoch}`, trueTime, { rate: 1, wallOffsetMs: 0 });
    const runner = line.runnerFor(process);
    const warnings = redisWarningStore(runner, keys, { superadminIds });
    const alarm = new HandlersAlarm({
      clock: process,
      reports: redisHandlersReports(runner, keys),
      warnings: mutation.wrapWarnings?.(warnings) ?? warnings,
      host: 'bot',
      epoch: () => epoch,
      describe: String,
      onTrouble: () => {},
    });
    return { process, alarm };
  }

  private async handle(
    { alarm }: Version,
    result: 'ok' | 'failed',
    { forMs, everyMs }: { forMs: number; everyMs: number },
  ): Promise<void> {
    const { trueTime, checker } = this.options;
    for (let leftMs = forMs; leftMs > 0; leftMs -= everyMs) {
      alarm.ended(result, `the database is gone #h${this.epoch}#`);
      checker.handled();
      await trueTime.sleep(everyMs);
    }
  }
}

/**
 * Both functions, invoked as AWS would: the monitor by a schedule, the ops function by hand and by the events of
 * stopped tasks.
 *
 * As a schedule of a minute and a run of at most 55 s do, a run that still goes on is never overtaken by the next.
 */
import { composeMonitor } from '../../functions/heartbeat-monitor/handler.ts';
import { composeOps } from '../../functions/release-lock/handler.ts';
import type { Clock } from '../core/clock.ts';
import type { Environment } from '../core/environment-reader.ts';
import type { MonitorReport } from '../core/outage/monitor.ts';
import type { Random } from '../core/random.ts';
import type { Locale } from '../core/settings.ts';
import type { LabLog } from './lab-log.ts';

export interface LabFunctionsOptions {
  readonly environment: Environment;
  /** The language of alerts, until somebody chooses another. */
  readonly locale: Locale;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: LabLog;
  readonly monitorEveryMs: number;
}

export interface MonitorState {
  readonly runs: number;
  readonly lastRunAtMs: number | null;
  /** Why the last run failed; null when it did not. */
  readonly lastError: string | null;
  readonly lastReport: MonitorReport | null;
}

interface Handlers {
  readonly monitor: ReturnType<typeof composeMonitor>;
  readonly ops: ReturnType<typeof composeOps>;
}

const monitorName = 'heartbeat-monitor';
const opsName = 'release-lock';

export class LabFunctions {
  private readonly options: LabFunctionsOptions;
  private readonly handlers: Readonly<Record<Locale, Handlers>>;
  private readonly stopping = new AbortController();
  private schedule: Promise<void> | undefined;
  /** As a change of `NOTIFY_LOCALE` would: for all that is said from now on. */
  locale: Locale;
  monitor: MonitorState = { runs: 0, lastRunAtMs: null, lastError: null, lastReport: null };

  constructor(options: LabFunctionsOptions) {
    this.options = options;
    this.locale = options.locale;
    this.handlers = { ru: this.compose('ru'), en: this.compose('en') };
  }

  startSchedule(): void {
    this.schedule = this.keepSchedule();
  }

  /** A direct invocation; rejects where Lambda would report a function error. */
  ops(payload: unknown): Promise<unknown> {
    return this.handlers[this.locale].ops(payload);
  }

  /** The event of a stopped task, as EventBridge delivers it: nobody hears the answer. */
  async taskStopped(event: unknown): Promise<void> {
    try {
      await this.handlers[this.locale].ops(event);
    } catch (error) {
      this.options.log.say(opsName, 'error', `the invocation failed: ${messageOf(error)}`);
    }
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    const waiting = new AbortController();
    // A run that waits for a hanging server is not waited for: everything it could do is about to go.
    await Promise.race([this.schedule, this.options.clock.sleep(1000, waiting.signal)]);
    waiting.abort();
  }

  private compose(locale: Locale): Handlers {
    const { clock, random, log } = this.options;
    const environment = { ...this.options.environment, NOTIFY_LOCALE: locale };
    const write = (source: string) => (text: string) => {
      for (const line of text.split('\n')) log.sayLine(source, line, 'info');
    };
    return {
      monitor: composeMonitor(environment, { clock, random, write: write(monitorName) }),
      ops: composeOps(environment, { clock, random, write: write(opsName) }),
    };
  }

  private async keepSchedule(): Promise<void> {
    const { clock, monitorEveryMs } = this.options;
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const startedMs = clock.monotonicMs();
      await this.monitorOnce();
      const elapsedMs = clock.monotonicMs() - startedMs;
      await clock.sleep(monitorEveryMs - (elapsedMs % monitorEveryMs), signal);
    }
  }

  private async monitorOnce(): Promise<void> {
    const { clock, log } = this.options;
    const run = { runs: this.monitor.runs + 1, lastRunAtMs: clock.wallMs() };
    try {
      const lastReport = await this.handlers[this.locale].monitor({
        source: 'aws.events',
        'detail-type': 'Scheduled Event',
      });
      this.monitor = { ...run, lastError: null, lastReport };
    } catch (error) {
      this.monitor = { ...this.monitor, ...run, lastError: messageOf(error) };
      if (!this.stopping.signal.aborted) log.say(monitorName, 'error', `the run failed: ${messageOf(error)}`);
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Both functions, invoked as AWS would: the monitor on a schedule, the ops function by hand and by the events of stopped
 * tasks.
 *
 * A run never overlaps with the next one, as in production with its one-minute schedule and a limit of 55 s for a run.
 *
 * Tested by: test/lab/drills/drills.long.test.ts
 */
import { composeMonitor } from '../../../functions/heartbeat-monitor/handler.ts';
import { composeOps } from '../../../functions/release-lock/handler.ts';
import type { OpenPage } from '../../../functions/release-lock/pages/layout.ts';
import type { MonitorReport } from '../../core/monitor/monitor.ts';
import type { Clock } from '../../core/platform/clock.ts';
import type { Locale } from '../../core/platform/locale.ts';
import type { Random } from '../../core/platform/random.ts';
import type { Environment } from '../../core/settings/variable-reader.ts';
import { PassAlarm } from '../aws-emulator/pass-alarm.ts';
import type { PublishedMessage } from '../aws-emulator/sns-calls.ts';
import { topicArn } from '../settings/lab-environment.ts';
import type { LabLog } from '../shared/lab-log.ts';

export interface LabFunctionsOptions {
  readonly environment: Environment;
  /** The initial language of alerts. */
  readonly locale: Locale;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: LabLog;
  readonly monitorEveryMs: number;
  /** Receives the messages of the alarm on the monitor's silence. */
  readonly onAlarm: (message: PublishedMessage) => void;
}

export interface MonitorState {
  readonly runs: number;
  readonly lastRunAtMs: number | null;
  /** Why the last run failed; null if it succeeded. */
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
  private handlers: Readonly<Record<Locale, Handlers>>;
  private monitorEveryMs: number;
  private isMonitorStopped = false;
  private readonly alarm: PassAlarm;
  private readonly stopping = new AbortController();
  /** Aborts when the schedule must be read again. */
  private rescheduled = new AbortController();
  private schedule: Promise<unknown> | undefined;
  /** The language of all later messages, like a change of `NOTIFY_LOCALE`. */
  locale: Locale;
  monitor: MonitorState = { runs: 0, lastRunAtMs: null, lastError: null, lastReport: null };

  constructor(options: LabFunctionsOptions) {
    this.options = options;
    this.locale = options.locale;
    this.monitorEveryMs = options.monitorEveryMs;
    this.handlers = this.composeAll(options.environment);
    this.alarm = new PassAlarm({
      clock: options.clock,
      topicArn,
      publish: options.onAlarm,
      periodMs: () => this.monitorEveryMs,
    });
  }

  get monitorStopped(): boolean {
    return this.isMonitorStopped;
  }

  startSchedule(): void {
    this.schedule = Promise.all([this.keepSchedule(), this.alarm.watch(this.stopping.signal)]);
  }

  /** The schedule no longer invokes the monitor; a current run continues. */
  stopMonitor(): void {
    this.isMonitorStopped = true;
  }

  resumeMonitor(): void {
    this.isMonitorStopped = false;
    this.rescheduled.abort();
  }

  /** Changes the times, like a deployment of both functions. */
  retime(environment: Environment, monitorEveryMs: number): void {
    this.handlers = this.composeAll(environment);
    this.monitorEveryMs = monitorEveryMs;
    this.rescheduled.abort();
  }

  /** An invocation; rejects if Lambda would report a function error. @param openPage of the function URL */
  ops(payload: unknown, openPage?: OpenPage): Promise<unknown> {
    return this.handlers[this.locale].ops(payload, undefined, openPage);
  }

  /** The event of a stopped task, as EventBridge delivers it: without an answer. */
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
    // Do not wait for a run that hangs on a server: that server is about to stop as well.
    await Promise.race([this.schedule, this.options.clock.sleep(1000, waiting.signal)]);
    waiting.abort();
  }

  private composeAll(environment: Environment): Readonly<Record<Locale, Handlers>> {
    return { ru: this.compose(environment, 'ru'), en: this.compose(environment, 'en') };
  }

  private compose(common: Environment, locale: Locale): Handlers {
    const { clock, random, log } = this.options;
    const environment = { ...common, NOTIFY_LOCALE: locale };
    const write = (source: string) => (text: string) => {
      for (const line of text.split('\n')) log.sayLine(source, line, 'info');
    };
    return {
      monitor: composeMonitor(environment, { clock, random, write: write(monitorName) }),
      ops: composeOps(environment, { clock, random, write: write(opsName) }),
    };
  }

  private async keepSchedule(): Promise<void> {
    const { clock } = this.options;
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const startedMs = clock.monotonicMs();
      this.rescheduled = new AbortController();
      if (!this.isMonitorStopped) await this.monitorOnce();
      const elapsedMs = clock.monotonicMs() - startedMs;
      const leftMs = this.monitorEveryMs - (elapsedMs % this.monitorEveryMs);
      await clock.sleep(leftMs, AbortSignal.any([signal, this.rescheduled.signal]));
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
      this.alarm.passed();
    } catch (error) {
      this.monitor = { ...this.monitor, ...run, lastError: messageOf(error) };
      if (!this.stopping.signal.aborted) log.say(monitorName, 'error', `the run failed: ${messageOf(error)}`);
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

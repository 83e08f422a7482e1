/**
 * The CloudWatch alarm "Monitor not succeeding", emulated: it fires when the monitor's metric of a full pass has been
 * missing for five periods, and reports when it is back. Both go to the alert topic, as from the stack's alarm.
 *
 * It differs from the real one in its text, which is written for people (in English, like all of CloudWatch's mail), and in
 * evaluating continuously rather than by the minute.
 */
import type { Clock } from '../../core/platform/clock.ts';
import type { PublishedMessage } from './sns-calls.ts';

export interface PassAlarmDeps {
  readonly clock: Clock;
  readonly topicArn: string;
  readonly publish: (message: PublishedMessage) => void;
  /** How often a pass is expected. */
  readonly periodMs: () => number;
}

const periods = 5;
const name = 'staffprobot-lab-monitor-not-succeeding';

export class PassAlarm {
  private readonly parts: PassAlarmDeps;
  private lastPassMs: number;
  private isFiring = false;

  constructor(parts: PassAlarmDeps) {
    this.parts = parts;
    this.lastPassMs = parts.clock.monotonicMs();
  }

  /** The monitor has finished a full pass. */
  passed(): void {
    this.lastPassMs = this.parts.clock.monotonicMs();
    if (!this.isFiring) return;
    this.isFiring = false;
    this.tell('OK', 'The heartbeat monitor finishes full passes again.');
  }

  async watch(stop: AbortSignal): Promise<void> {
    const { clock, periodMs } = this.parts;
    this.lastPassMs = clock.monotonicMs();
    while (!stop.aborted) {
      const silentMs = clock.monotonicMs() - this.lastPassMs;
      if (!this.isFiring && silentMs >= periods * periodMs()) this.fire();
      await clock.sleep(periodMs() / 2, stop);
    }
  }

  private fire(): void {
    this.isFiring = true;
    const missed = `The heartbeat monitor has finished no full pass for ${periods} periods, so nothing watches the bot.`;
    this.tell('ALARM', `${missed} What to do: the runbook, “Monitor not succeeding”.`);
  }

  private tell(state: 'ALARM' | 'OK', message: string): void {
    const { topicArn, publish } = this.parts;
    publish({ topicArn, subject: `${state}: "${name}"`, message });
  }
}

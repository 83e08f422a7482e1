/**
 * The CloudWatch alarm "Monitor not succeeding", emulated: it rings when the monitor's metric of a full pass has been
 * missing for five periods, and says so again when it is back. Both go to the alert topic, as the stack's alarm does.
 *
 * It differs from the real one in its words, which are for people (in English, as all of CloudWatch's mail is), and in
 * that it looks at once and not by the minute.
 */
import type { Clock } from '../../core/platform/clock.ts';
import type { PublishedMessage } from './sns-calls.ts';

export interface PassAlarmParts {
  readonly clock: Clock;
  readonly topicArn: string;
  readonly publish: (message: PublishedMessage) => void;
  /** How often a pass is to be expected. */
  readonly periodMs: () => number;
}

const periods = 5;
const name = 'staffprobot-lab-monitor-not-succeeding';

export class PassAlarm {
  private readonly parts: PassAlarmParts;
  private lastPassMs: number;
  private isRinging = false;

  constructor(parts: PassAlarmParts) {
    this.parts = parts;
    this.lastPassMs = parts.clock.monotonicMs();
  }

  /** The monitor has finished a full pass. */
  passed(): void {
    this.lastPassMs = this.parts.clock.monotonicMs();
    if (!this.isRinging) return;
    this.isRinging = false;
    this.tell('OK', 'The heartbeat monitor finishes full passes again.');
  }

  async watch(stop: AbortSignal): Promise<void> {
    const { clock, periodMs } = this.parts;
    this.lastPassMs = clock.monotonicMs();
    while (!stop.aborted) {
      const silentMs = clock.monotonicMs() - this.lastPassMs;
      if (!this.isRinging && silentMs >= periods * periodMs()) this.ring();
      await clock.sleep(periodMs() / 2, stop);
    }
  }

  private ring(): void {
    this.isRinging = true;
    const missed = `The heartbeat monitor has finished no full pass for ${periods} periods: nobody watches the bot.`;
    this.tell('ALARM', `${missed} What to do: the runbook, “Monitor not succeeding”.`);
  }

  private tell(state: 'ALARM' | 'OK', message: string): void {
    const { topicArn, publish } = this.parts;
    publish({ topicArn, subject: `${state}: "${name}"`, message });
  }
}

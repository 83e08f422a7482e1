/**
 * The sidecar's own series: its view of the bot, and its own process.
 *
 * Tested by: test/metrics-sidecar/server.test.ts
 */
import { Counter, Gauge, Registry } from 'prom-client';
import { registerProcessMetrics } from '../adapters/process-metrics.ts';
import { type BotView, type LookResult, lookResults } from './bot-watch.ts';
import { sidecarMetricNames as names, sidecarProcessPrefix } from './contract.ts';
import { type Family, parseExposition } from './exposition.ts';

export class OwnMetrics {
  private readonly registry = new Registry();
  private readonly botUp: Gauge;
  private readonly botLastSeen: Gauge;
  private readonly botLooks: Counter<'result'>;
  private readonly botAnswerDuration: Gauge;

  constructor() {
    const registers = [this.registry];
    this.botUp = new Gauge({
      name: names.botUp,
      help: 'Whether the bot in this task answers: 1 yes, 0 no (hung, killed, starting or unreadable)',
      registers,
    });
    this.botLastSeen = new Gauge({
      name: names.botLastSeen,
      help: 'When the bot last answered, in epoch seconds: how old its last values are; no sample before the first time',
      registers,
    });
    this.botLooks = new Counter({
      name: names.botLooks,
      help:
        'Looks at the bot by result: answered, late (after it had counted as silent), silent (not in time), ' +
        'unreachable (refused or cut off), unusable (not metrics)',
      labelNames: ['result'],
      registers,
    });
    this.botAnswerDuration = new Gauge({
      name: names.botAnswerDuration,
      help: 'How long the bot took for its last answer; scrapes do not wait for it, so their duration does not tell',
      registers,
    });
    // A gauge without labels starts at 0, which would read as the year 1970 and as a very quick answer.
    this.botLastSeen.remove();
    this.botAnswerDuration.remove();
    for (const result of lookResults) this.botLooks.inc({ result }, 0);
    registerProcessMetrics(this.registry, sidecarProcessPrefix);
  }

  noteLook(result: LookResult, elapsedMs: number): void {
    this.botLooks.inc({ result });
    if (result === 'answered' || result === 'late') this.botAnswerDuration.set(elapsedMs / 1000);
  }

  async families({ up, lastSeenSeconds }: BotView): Promise<readonly Family[]> {
    this.botUp.set(up ? 1 : 0);
    if (lastSeenSeconds !== undefined) this.botLastSeen.set(lastSeenSeconds);
    return parseExposition(await this.registry.metrics());
  }
}

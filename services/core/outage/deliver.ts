/**
 * Delivers what is due, several at a time, until nothing is left or the time is.
 *
 * Guarantees: nothing is sent without a claim; no claim is taken when there may be no time to settle it; one
 * failure holds up nobody else. A run that is killed between send and settlement leaves a claim that ends by
 * itself; the next run repeats that one message, marked.
 */
import type { Logger } from '../logger.ts';
import type { Random } from '../random.ts';
import type { Claim, DeliveryOutcome, OutageStore } from './outage-store.ts';

/** Sends one message; failures are outcomes. */
export type Deliver = (claim: Claim) => Promise<DeliveryOutcome>;

export interface DeliveryRun {
  readonly store: OutageStore;
  readonly deliver: Deliver;
  readonly random: Random;
  readonly logger: Logger;
  /** Whether one more delivery can be claimed, sent and settled in time. */
  readonly hasTime: () => boolean;
}

export interface DeliveryCounts {
  readonly sent: number;
  readonly later: number;
  readonly dead: number;
}

/** How many messages are under way at once: a few that hang must not use up the whole run. */
const underWayMax = 8;

export async function deliverDue(run: DeliveryRun): Promise<DeliveryCounts> {
  const runId = run.random.token();
  const counts = { sent: 0, later: 0, dead: 0 };
  const underWay = new Set<Promise<void>>();
  const failures: unknown[] = [];

  async function carryOut(claim: Claim): Promise<void> {
    try {
      const outcome = await run.deliver(claim);
      counts[outcome.kind] += 1;
      await settle(run, claim, outcome);
    } catch (error) {
      failures.push(error);
    }
  }

  while (run.hasTime() && failures.length === 0) {
    if (underWay.size >= underWayMax) {
      await Promise.race(underWay);
      continue;
    }
    const claim = await run.store.claim(runId, run.random.token());
    if (claim !== undefined) {
      const sending = carryOut(claim).finally(() => underWay.delete(sending));
      underWay.add(sending);
    } else if (underWay.size > 0) {
      // What is settled may make something else due: a "back" for a "down" that was under way.
      await Promise.all(underWay);
    } else break;
  }
  await Promise.all(underWay);
  if (failures.length > 0) throw failures[0];
  return counts;
}

async function settle({ store, logger }: DeliveryRun, claim: Claim, outcome: DeliveryOutcome): Promise<void> {
  const { event, recipient, attempt } = claim;
  const fields = { event, channel: recipient.channel, recipient: recipient.address, attempt };
  const settled = await store.settle(claim, outcome);
  if (outcome.kind === 'sent') logger.info('delivered', fields);
  else
    logger.warn(outcome.kind === 'dead' ? 'delivery given up' : 'delivery failed, next run tries again', {
      ...fields,
      why: outcome.why,
    });
  if (!settled) logger.warn('the claim ended before it was settled: a repeat is possible', fields);
}

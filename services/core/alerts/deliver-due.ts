/**
 * Delivers what is due, several at a time, until nothing is left or the time is.
 *
 * Guarantees: nothing is sent without a claim; no claim is taken when there may be no time to settle it; one
 * failure holds up nobody else: also what nobody foresaw leaves its claim alone, and fails the run in the end. A store
 * that fails ends the run early. A run that is killed between send and settlement leaves a claim that ends by
 * itself; a later run repeats that one message, marked. A run that was too slow to send before its claim ends does
 * not send at all: another may have.
 */

import type { Logger } from '../platform/logger.ts';
import type { Random } from '../platform/random.ts';
import type { Claim, DeliveryOutcome, DeliveryStore } from './delivery-store.ts';

/** Sends one message, if it may still be sent right before it is; failures are outcomes. */
export type Deliver = (claim: Claim, mayStillSend: () => boolean) => Promise<DeliveryOutcome>;

export interface DeliveryRun {
  readonly store: DeliveryStore;
  readonly deliver: Deliver;
  readonly random: Random;
  readonly logger: Logger;
  /** How long the run may go on. */
  readonly remainingMs: () => number;
  /** What must be left for one more delivery: to claim it, send it and settle it. */
  readonly reserveMs: number;
  /** How long after its claim a message may still be sent, so that it has arrived before the claim ends. */
  readonly sendWithinMs: number;
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
  let storeFailed = false;

  async function carryOut(claim: Claim, mayStillSend: () => boolean): Promise<void> {
    let outcome: DeliveryOutcome;
    try {
      outcome = await run.deliver(claim, mayStillSend);
    } catch (error) {
      failures.push(error);
      return;
    }
    counts[outcome.kind === 'retry' ? 'later' : outcome.kind] += 1;
    try {
      await settle(run, claim, outcome);
    } catch (error) {
      storeFailed = true;
      failures.push(error);
    }
  }

  async function claimOne(): Promise<Claim | undefined> {
    try {
      return await run.store.claim(runId, run.random.token());
    } catch (error) {
      storeFailed = true;
      failures.push(error);
      return undefined;
    }
  }

  while (run.remainingMs() > run.reserveMs && !storeFailed) {
    if (underWay.size >= underWayMax) {
      await Promise.race(underWay);
      continue;
    }
    const askedMs = run.remainingMs();
    const claim = await claimOne();
    if (claim !== undefined) {
      // Counted from before the question: the store's clock began later.
      const mayStillSend = (): boolean => askedMs - run.remainingMs() < run.sendWithinMs;
      const sending = carryOut(claim, mayStillSend).finally(() => underWay.delete(sending));
      underWay.add(sending);
    } else if (underWay.size > 0) {
      // What is settled may make something else due: a "back" for a "down" that was under way.
      await Promise.all(underWay);
    } else break;
  }
  // Also when the run fails: a function that has answered may be frozen, and its messages go out much later.
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
    logger.warn(outcome.kind === 'dead' ? 'delivery given up' : 'delivery failed, a later run tries again', {
      ...fields,
      why: outcome.why,
    });
  if (!settled) logger.warn('the claim ended before it was settled: a repeat is possible', fields);
}

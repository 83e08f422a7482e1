/**
 * Sends the deliveries that are due, several at a time, until none is left or the time runs out.
 *
 * Guarantees:
 * - Sends nothing without a claim, and takes no claim that it may lack the time to settle.
 * - Sends nothing so late that its claim could end first: another run may have claimed it by then.
 * - One failure holds up no other delivery. An unexpected error leaves its own claim unsettled and fails the run at
 *   the end; an error of the store ends the run early.
 *
 * Does not guarantee exactly one message: a run that is killed between send and settlement leaves a claim that
 * expires, and a later run repeats that one message, marked as a possible repeat.
 */

import type { Logger } from '../platform/logger.ts';
import type { Random } from '../platform/random.ts';
import type { Claim, DeliveryOutcome, DeliveryStore } from './delivery-store.ts';

/** Sends one message if `mayStillSend` holds right before; failures are outcomes. */
export type SendClaimed = (claim: Claim, mayStillSend: () => boolean) => Promise<DeliveryOutcome>;

export interface DeliveryRun {
  readonly store: DeliveryStore;
  readonly send: SendClaimed;
  readonly random: Random;
  readonly logger: Logger;
  /** How long the run may go on. */
  readonly remainingMs: () => number;
  /** The time that one more delivery needs: to claim, send and settle it. */
  readonly reserveMs: number;
  /** How long after its claim a message may still be sent, so that it arrives before the claim ends. */
  readonly sendWithinMs: number;
}

export interface DeliveryCounts {
  readonly sent: number;
  readonly later: number;
  readonly dead: number;
}

/** Enough that a few hanging sends do not use up the whole run. */
const inFlightMax = 8;

export async function deliverDue(run: DeliveryRun): Promise<DeliveryCounts> {
  const runId = run.random.token();
  const counts = { sent: 0, later: 0, dead: 0 };
  const inFlight = new Set<Promise<void>>();
  const failures: unknown[] = [];
  let storeFailed = false;

  async function sendAndSettle(claim: Claim, mayStillSend: () => boolean): Promise<void> {
    let outcome: DeliveryOutcome;
    try {
      outcome = await run.send(claim, mayStillSend);
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
    if (inFlight.size >= inFlightMax) {
      await Promise.race(inFlight);
      continue;
    }
    const askedMs = run.remainingMs();
    const claim = await claimOne();
    if (claim !== undefined) {
      // Counted from before the request, because the claim's time starts later, in the store.
      const mayStillSend = (): boolean => askedMs - run.remainingMs() < run.sendWithinMs;
      const sending = sendAndSettle(claim, mayStillSend).finally(() => inFlight.delete(sending));
      inFlight.add(sending);
    } else if (inFlight.size > 0) {
      // A settlement may make another delivery due: the "back" that follows a "down".
      await Promise.all(inFlight);
    } else break;
  }
  // Even if the run fails: Lambda may freeze the function once it answers, and the messages would go out much later.
  await Promise.all(inFlight);
  if (failures.length > 0) throw failures[0];
  return counts;
}

async function settle({ store, logger }: DeliveryRun, claim: Claim, outcome: DeliveryOutcome): Promise<void> {
  const { event, recipient, attempt } = claim;
  const fields = { event, channel: recipient.channel, recipient: recipient.address, attempt };
  const settled = await store.settle(claim, outcome);
  if (outcome.kind === 'sent') logger.info('delivered', fields);
  else
    logger.warn(outcome.kind === 'dead' ? 'delivery given up' : 'delivery failed; a later run tries again', {
      ...fields,
      why: outcome.why,
    });
  if (!settled) logger.warn('the claim ended before it was settled: a repeat is possible', fields);
}

/**
 * FLUSHALL: every worker must stay out for one lease, because an old leader may still be acting.
 *
 * Tested by: test/lab/drills/demands.test.ts
 */
import { isQuarantine } from '../../core/lease/lock-value.ts';
import { text } from '../shared/text.ts';
import { finish, untilAnswering } from './drill-checks.ts';
import type { Drill, DrillContext } from './drill-context.ts';

/** One step, so that the journal's size and the time of the wipe (by the store's clock) are exact. */
const countAndWipe = `
local count = redis.call('HLEN', KEYS[1])
redis.call('FLUSHALL')
local now = redis.call('TIME')
return { count, string.format('%.0f', tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000)) }`;
/** More than the first leader after a wipe writes. */
const auditEntries = 20;

export const wipe: Drill = async (context) => {
  const { store, faults, keys, times } = context.lab;
  const leaseMs = times.forNewWorkers.leaseTtlSeconds * 1000;
  const leaseEndsMs = context.nowMs + leaseMs;
  const wiped = await store.command(['EVAL', countAndWipe, '1', keys.journal]);
  const [inJournal = 0, wipedAtMs = Number.NaN] = Array.isArray(wiped) ? wiped.map(Number) : [];
  context.measure('inJournal', inJournal);
  faults.store = 'wiped';
  try {
    const earlyPolls = await watchQuarantine(context, leaseEndsMs);
    await demandQuarantine(context, { earlyPolls, leaseMs, wipedAtMs });
  } finally {
    faults.store = null;
  }
  await untilAnswering(context);
  await finish(context, { lost: inJournal });
};

/** Ends when a worker leads; returns the number of polls between the old leader's stop and the end of the lease. */
async function watchQuarantine(context: DrillContext, leaseEndsMs: number): Promise<number> {
  await context.until(
    text('a quarantine replaces the lock', 'вместо блокировки стоит карантин'),
    async () =>
      (await firstLeaderAtMs(context)) !== undefined ||
      ((await isQuarantined(context)) && allStandBy(context)),
  );
  const { polls: before } = context.polls;
  let earlyPolls = 0;
  await context.until(
    text('the quarantine is over and a worker leads', 'карантин закончился, есть ведущий воркер'),
    async () => {
      // Counted before the clock is read: a slow machine finds too few, never the next leader's.
      const { polls } = context.polls;
      if (context.nowMs < leaseEndsMs) earlyPolls = polls - before;
      return (await firstLeaderAtMs(context)) !== undefined;
    },
  );
  return earlyPolls;
}

export async function demandQuarantine(
  context: DrillContext,
  { earlyPolls, leaseMs, wipedAtMs }: { earlyPolls: number; leaseMs: number; wipedAtMs: number },
): Promise<void> {
  const outForMs = ((await firstLeaderAtMs(context)) ?? wipedAtMs) - wipedAtMs;
  context.demand(
    outForMs >= leaseMs && earlyPolls === 0,
    text(
      `A worker led after ${outForMs} ms, with ${earlyPolls} polls before one lease (${leaseMs} ms) was over.`,
      `Ведущий воркер появился через ${outForMs} мс, вызовов до конца срока блокировки (${leaseMs} мс): ${earlyPolls}.`,
    ),
  );
}

async function isQuarantined({ lab }: DrillContext): Promise<boolean> {
  const { held } = await lab.outages.observe({ noteRun: false });
  return held !== undefined && isQuarantine(held.value);
}

/** By the store's clock, from the audit trail, which the wipe emptied. */
async function firstLeaderAtMs({ lab }: DrillContext): Promise<number | undefined> {
  const entries = await lab.audit.latest(auditEntries);
  const first = entries.findLast(({ event }) => event === 'acquired');
  return first === undefined ? undefined : Number.parseInt(first.id, 10);
}

/** The old leader has noticed that its lock is gone, and has stopped. */
function allStandBy({ lab: { tasks } }: DrillContext): boolean {
  return tasks.tasks.every(({ health }) => health?.body['role'] === 'standby');
}

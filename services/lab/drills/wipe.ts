/** FLUSHALL: everybody must stay out for one lease, since nobody knows whether an old leader still acts. */
import { quarantineOwner, readLockHolder } from '../../core/lease/lock-value.ts';
import { text } from '../shared/text.ts';
import { demandNoOverlap, settle, untilAnswering, untilHealthy } from './drill-checks.ts';
import type { DrillContext } from './drill-context.ts';
import type { Drill } from './drill-run.ts';

/** In one step, so that what was in the journal is known exactly, and when it was gone by the store's own clock. */
const countAndWipe = `
local count = redis.call('HLEN', KEYS[1])
redis.call('FLUSHALL')
local now = redis.call('TIME')
return { count, string.format('%.0f', tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000)) }`;
/** More than the first leader after a wipe leaves behind. */
const auditEntries = 20;

export const wipe: Drill = async (context) => {
  const { store, faults, keys, times } = context.lab;
  const leaseMs = times.forNewWorkers.leaseTtlSeconds * 1000;
  const freeFromMs = context.nowMs + leaseMs;
  const wiped = await store.command(['EVAL', countAndWipe, '1', keys.journal]);
  const [inJournal = 0, wipedAtMs = Number.NaN] = Array.isArray(wiped) ? wiped.map(Number) : [];
  context.measure('inJournal', inJournal);
  faults.store = 'wiped';
  try {
    const earlyPolls = await watchQuarantine(context, freeFromMs);
    await demandQuarantine(context, { earlyPolls, leaseMs, wipedAtMs });
  } finally {
    faults.store = null;
  }
  await untilAnswering(context);
  await untilHealthy(context);
  await settle(context, { lost: inJournal });
  demandNoOverlap(context);
};

/** Ends when somebody leads. How many polls there were before the lease's time was over, once the old leader had stopped. */
async function watchQuarantine(context: DrillContext, freeFromMs: number): Promise<number> {
  await context.until(
    text('a quarantine stands in the lock’s place', 'на месте блокировки стоит выдержка'),
    async () =>
      (await firstLeaderAtMs(context)) !== undefined ||
      ((await isQuarantined(context)) && everybodyStandsBy(context)),
  );
  const { polls: before } = context.polls;
  let earlyPolls = 0;
  await context.until(
    text('the quarantine is over and somebody leads', 'выдержка кончилась, и кто-то ведёт'),
    async () => {
      // Counted before the clock is read: a slow machine finds fewer, never those of the next leader.
      const { polls } = context.polls;
      if (context.nowMs < freeFromMs) earlyPolls = polls - before;
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
      `Somebody led after ${outForMs} ms, and there were ${earlyPolls} polls before one lease (${leaseMs} ms) was over.`,
      `Лидер появился через ${outForMs} мс, опросов до конца срока блокировки (${leaseMs} мс): ${earlyPolls}.`,
    ),
  );
}

async function isQuarantined({ lab }: DrillContext): Promise<boolean> {
  const { held } = await lab.outages.observe({ noteRun: false });
  return held !== undefined && readLockHolder(held.value).owner === quarantineOwner;
}

/** By the store's clock, from the audit trail, which began anew with the wipe. */
async function firstLeaderAtMs({ lab }: DrillContext): Promise<number | undefined> {
  const entries = await lab.audit.latest(auditEntries);
  const first = entries.findLast(({ event }) => event === 'acquired');
  return first === undefined ? undefined : Number.parseInt(first.id, 10);
}

/** The old leader has seen that its lock is gone, and has stopped. */
function everybodyStandsBy({ lab: { tasks } }: DrillContext): boolean {
  return tasks.tasks.every(({ health }) => health?.body['role'] === 'standby');
}

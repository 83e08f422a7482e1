/** FLUSHALL: everybody must stay out for one lease, since nobody knows whether an old leader still acts. */
import { quarantineOwner, readLockHolder } from '../../core/lease/lock-value.ts';
import { text } from '../shared/text.ts';
import { demandNeverTwo, settle, untilAnswering, untilWhole } from './drill-checks.ts';
import type { Scene } from './drill-context.ts';
import type { Drill } from './drill-run.ts';

/** In one step, so that what was in the journal is known exactly, and when it was gone by the store's own clock. */
const countAndWipe = `
local count = redis.call('HLEN', KEYS[1])
redis.call('FLUSHALL')
local now = redis.call('TIME')
return { count, string.format('%.0f', tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000)) }`;
/** More than the first leader after a wipe leaves behind. */
const auditEntries = 20;

export const wipe: Drill = async (scene) => {
  const { store, faults, keys, times } = scene.lab;
  const leaseMs = times.forNewWorkers.leaseTtlSeconds * 1000;
  const freeFromMs = scene.nowMs + leaseMs;
  const wiped = await store.command(['EVAL', countAndWipe, '1', keys.journal]);
  const [inJournal = 0, wipedAtMs = Number.NaN] = Array.isArray(wiped) ? wiped.map(Number) : [];
  scene.measure('inJournal', inJournal);
  faults.store = 'wiped';
  try {
    const earlyPolls = await watchQuarantine(scene, freeFromMs);
    await demandQuarantine(scene, { earlyPolls, leaseMs, wipedAtMs });
  } finally {
    faults.store = null;
  }
  await untilAnswering(scene);
  await untilWhole(scene);
  await settle(scene, { lost: inJournal });
  demandNeverTwo(scene);
};

/** Ends when somebody leads. How many polls there were before the lease's time was over, once the old leader had stopped. */
async function watchQuarantine(scene: Scene, freeFromMs: number): Promise<number> {
  await scene.until(
    text('a quarantine stands in the lock’s place', 'на месте блокировки стоит выдержка'),
    async () =>
      (await firstLeaderAtMs(scene)) !== undefined ||
      ((await isQuarantined(scene)) && everybodyStandsBy(scene)),
  );
  const { polls: before } = scene.polls;
  let earlyPolls = 0;
  await scene.until(
    text('the quarantine is over and somebody leads', 'выдержка кончилась, и кто-то ведёт'),
    async () => {
      // Counted before the clock is read: a slow machine finds fewer, never those of the next leader.
      const { polls } = scene.polls;
      if (scene.nowMs < freeFromMs) earlyPolls = polls - before;
      return (await firstLeaderAtMs(scene)) !== undefined;
    },
  );
  return earlyPolls;
}

export async function demandQuarantine(
  scene: Scene,
  { earlyPolls, leaseMs, wipedAtMs }: { earlyPolls: number; leaseMs: number; wipedAtMs: number },
): Promise<void> {
  const outForMs = ((await firstLeaderAtMs(scene)) ?? wipedAtMs) - wipedAtMs;
  scene.demand(
    outForMs >= leaseMs && earlyPolls === 0,
    text(
      `Somebody led after ${outForMs} ms, and there were ${earlyPolls} polls before one lease (${leaseMs} ms) was over.`,
      `Лидер появился через ${outForMs} мс, опросов до конца срока блокировки (${leaseMs} мс): ${earlyPolls}.`,
    ),
  );
}

async function isQuarantined({ lab }: Scene): Promise<boolean> {
  const { held } = await lab.outages.observe({ noteRun: false });
  return held !== undefined && readLockHolder(held.value).owner === quarantineOwner;
}

/** By the store's clock, from the audit trail, which began anew with the wipe. */
async function firstLeaderAtMs({ lab }: Scene): Promise<number | undefined> {
  const entries = await lab.audit.latest(auditEntries);
  const first = entries.findLast(({ event }) => event === 'acquired');
  return first === undefined ? undefined : Number.parseInt(first.id, 10);
}

/** The old leader has seen that its lock is gone, and has stopped. */
function everybodyStandsBy({ lab: { tasks } }: Scene): boolean {
  return tasks.tasks.every(({ health }) => health?.body['role'] === 'standby');
}

/** FLUSHALL: everybody must stay out for one lease, since nobody knows whether an old leader still acts. */
import { quarantineOwner, readLockHolder } from '../../core/polling-lock/lock-value.ts';
import { text } from '../text.ts';
import { demandNeverTwo, settle, untilAnswering, untilWhole } from './common.ts';
import type { Drill } from './drill-run.ts';

/** In one step, so that what was in the journal is known exactly. */
const countAndWipe = "local count = redis.call('HLEN', KEYS[1]); redis.call('FLUSHALL'); return count";

export const wipe: Drill = async (scene) => {
  const { store, faults, outages, keys } = scene.lab;
  const inJournal = Number(await store.command(['EVAL', countAndWipe, '1', keys.journal]));
  scene.measure('inJournal', inJournal);
  faults.store = 'wiped';
  try {
    await scene.until(
      text('a quarantine stands in the lock’s place', 'на месте блокировки стоит выдержка'),
      async () => {
        const { held } = await outages.observe({ noteRun: false });
        return held !== undefined && readLockHolder(held.value).owner === quarantineOwner;
      },
    );
    await scene.until(
      text('the quarantine is over and somebody leads', 'выдержка кончилась, и кто-то ведёт'),
      async () => {
        const { held } = await outages.observe({ noteRun: false });
        return held !== undefined && readLockHolder(held.value).owner !== quarantineOwner;
      },
    );
  } finally {
    faults.store = null;
  }
  await untilAnswering(scene);
  await untilWhole(scene);
  await settle(scene, { lost: inJournal });
  demandNeverTwo(scene);
};

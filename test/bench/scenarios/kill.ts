/**
 * `kill -9` five times under a load of 300 messages a second: what is lost, what is done twice?
 *
 * This measures no speed, so all contenders run at the same time, each with its own bot. grammY handles one message at a
 * time and gets a load that it can carry. A killed program is restarted at once. For ours, the killed task's lock is
 * broken, as the ops function does when ECS reports the stop.
 */

import { redisLockOverride } from '../../../services/adapters/redis/lease/lock-override.ts';
import { systemClock } from '../../../services/adapters/system-clock.ts';
import { storeKeys } from '../../../services/core/platform/store-keys.ts';
import { Prng } from '../../simulator/prng.ts';
import type { BenchFixture, Run } from '../bench-fixture.ts';
import { type Contender, contenders, ours } from '../contenders.ts';
import { sendSteadily } from '../load.ts';
import { countOf } from '../record.ts';
import { figure, type Table } from '../table.ts';

const perSecond = 300;
const perSecondSerial = 30;
const roundMs = 3000;
const workMs = 20;
const chats = 500;
/** A kill comes at a random time in this part of a round. */
const killBetweenMs = [800, 2200] as const;
const patienceMs = 60_000;
/** After this quiet time, what is not done is lost: everything fetched has been handled. */
const quietMs = 4000;
const seed = 9;

export interface Kill {
  readonly contender: string;
  readonly perSecond: number;
  readonly kills: number;
  readonly sent: number;
  readonly lost: number;
  /** Done more than once. */
  readonly repeated: number;
  readonly orderBreaks: number;
}

export function measureKill(fixture: BenchFixture, { rounds }: { rounds: number }): Promise<readonly Kill[]> {
  return Promise.all(
    contenders.map((contender, index) => measureOne(fixture, { contender, rounds, seed: seed + index })),
  );
}

interface Trial {
  readonly contender: Contender;
  readonly rounds: number;
  readonly seed: number;
}

async function measureOne(fixture: BenchFixture, { contender, rounds, seed }: Trial): Promise<Kill> {
  const run = await fixture.run();
  const chance = new Prng(seed);
  const rate = contender.isSerial ? perSecondSerial : perSecond;
  let program = await contender.start(run);
  await run.warmUp();
  for (let round = 0; round < rounds; round++) {
    const message = () => ({ chatId: chance.integer(1, chats), workMs, reply: false });
    const load = sendSteadily(run, { perSecond: rate, durationMs: roundMs, message });
    await systemClock.sleep(chance.integer(...killBetweenMs));
    program.signal('SIGKILL');
    await program.ended;
    if (contender === ours) await breakLock(run);
    program = await contender.start(run);
    await load;
  }
  await run.untilQuiet({ quietMs, limitMs: patienceMs });
  await run.stop();
  const counts = countOf(run.sent, run.record);
  return { contender: contender.name, perSecond: rate, kills: rounds, ...counts };
}

async function breakLock(run: Run): Promise<void> {
  const lock = redisLockOverride(run.store, storeKeys(run.keyPrefix));
  const held = await lock.read();
  if (held !== undefined)
    await lock.break(held.value, { who: 'ecs', why: 'the task stopped' }, 'task-stopped');
}

export function killTable(results: readonly Kill[]): Table {
  return {
    title: 'kill -9 under load',
    head: ['', 'messages/s', 'kills', 'sent', 'lost', 'done twice', 'order breaks'],
    rows: results.map(({ contender, perSecond, kills, sent, lost, repeated, orderBreaks }) => [
      contender,
      ...[perSecond, kills, sent, lost, repeated, orderBreaks].map((value) => figure(value)),
    ]),
  };
}

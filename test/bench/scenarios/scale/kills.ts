/**
 * `kill -9` five times under a load of 300 messages a second: of the process that polls, inline and in queue mode, and of
 * a consumer. What is lost, what is done twice?
 */
import { systemClock } from '../../../../services/adapters/system-clock.ts';
import { Prng } from '../../../simulator/prng.ts';
import type { BenchFixture } from '../../bench-fixture.ts';
import { sendSteadily } from '../../load.ts';
import { countOf } from '../../record.ts';
import { figure, type Table } from '../../table.ts';
import { type Mode, modeName, ScaledBot } from './scaled-bot.ts';

const perSecond = 300;
const roundMs = 3000;
const workMs = 20;
const chats = 500;
/** A kill comes at a random time in this part of a round. */
const killBetweenMs = [800, 2200] as const;
/** What a killed consumer held is delivered again after this time; shorter than by default, to wait less. */
const visibilitySeconds = 10;
const quietMs = 1000 * visibilitySeconds + 4000;
const patienceMs = 60_000;
const seed = 9;
/** `HANDLER_SLOTS`, by default. */
export const slots = 100;

export interface ScaleKill {
  readonly contender: string;
  readonly killed: 'poller' | 'consumer';
  readonly kills: number;
  readonly sent: number;
  readonly lost: number;
  /** Done more than once. */
  readonly repeated: number;
  readonly orderBreaks: number;
}

export async function measureScaleKills(
  fixture: BenchFixture,
  { rounds }: { rounds: number },
): Promise<readonly ScaleKill[]> {
  return [
    await measureOne(fixture, { mode: 'inline', killed: 'poller', rounds }),
    await measureOne(fixture, { mode: 2, killed: 'poller', rounds }),
    await measureOne(fixture, { mode: 2, killed: 'consumer', rounds }),
  ];
}

interface Trial extends Pick<ScaleKill, 'killed'> {
  readonly mode: Mode;
  readonly rounds: number;
}

async function measureOne(fixture: BenchFixture, { mode, killed, rounds }: Trial): Promise<ScaleKill> {
  const environment = { QUEUE_VISIBILITY_SECONDS: String(visibilitySeconds) };
  const bot = await ScaledBot.start(await fixture.run(), { mode, environment });
  const { run } = bot;
  const chance = new Prng(seed);
  for (let round = 0; round < rounds; round++) {
    const message = () => ({ chatId: chance.integer(1, chats), workMs, reply: false });
    const load = sendSteadily(run, { perSecond, durationMs: roundMs, message });
    await systemClock.sleep(chance.integer(...killBetweenMs));
    await (killed === 'poller' ? bot.killPoller() : bot.killConsumer());
    await load;
  }
  await run.untilQuiet({ quietMs, limitMs: patienceMs });
  await run.stop();
  return { contender: modeName(mode), killed, kills: rounds, ...countOf(run.sent, run.record) };
}

export function killsTable(results: readonly ScaleKill[]): Table {
  return {
    title: 'kill -9 under load, inline and in queue mode',
    head: ['', 'killed', 'kills', 'sent', 'lost', 'done twice', 'order breaks'],
    rows: results.map(({ contender, killed, kills, sent, lost, repeated, orderBreaks }) => [
      contender,
      killed,
      ...[kills, sent, lost, repeated, orderBreaks].map((value) => figure(value)),
    ]),
  };
}

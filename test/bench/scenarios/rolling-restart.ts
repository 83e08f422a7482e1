/**
 * A deploy under load: SIGTERM stops the running program and another takes its place. How long is the gap, and what is
 * lost or done twice?
 *
 * The peers are stopped, then started again: if two of them ran at the same time, one would end with a 409. Ours has the
 * next task on standby, as ECS starts it.
 */

import { systemClock } from '../../../services/adapters/system-clock.ts';
import type { Program } from '../../support/program.ts';
import type { BenchFixture, Run } from '../bench-fixture.ts';
import { type Contender, contenders, ours } from '../contenders.ts';
import { sendSteadily } from '../load.ts';
import { countOf, longestGapMs, median } from '../record.ts';
import { figure, type Table } from '../table.ts';
import { wallMs } from '../work.ts';

const perSecond = 60;
const workMs = 5;
const chats = 200;
const restarts = 3;
const leadInMs = 700;
const betweenMs = 1500;
/** A program that does not stop by then is killed, as a container would be. */
const stopLimitMs = 10_000;
const patienceMs = 8000;
const quietMs = 2000;

export interface RollingRestart {
  readonly contender: string;
  readonly restarts: number;
  readonly medianGapMs: number;
  readonly longestGapMs: number;
  readonly sent: number;
  readonly lost: number;
  readonly repeated: number;
}

export async function measureRollingRestart(fixture: BenchFixture): Promise<readonly RollingRestart[]> {
  const results: RollingRestart[] = [];
  for (const contender of contenders) results.push(await measureOne(fixture, contender));
  return results;
}

async function measureOne(fixture: BenchFixture, contender: Contender): Promise<RollingRestart> {
  const run = await fixture.run();
  let program = await contender.start(run);
  await run.warmUp();
  const message = (index: number) => ({ chatId: 1 + (index % chats), workMs, reply: false });
  const gapsMs: number[] = [];
  for (let restart = 0; restart < restarts; restart++) {
    const standby = contender === ours ? await standingBy(run) : undefined;
    const end = new AbortController();
    const fromMs = wallMs();
    const load = sendSteadily(run, { perSecond, until: end.signal, message });
    await systemClock.sleep(leadInMs);
    await stopProgram(program);
    program = standby ?? (await contender.start(run));
    const before = run.record.read().done.size;
    await run.until(() => run.record.done.size > before, patienceMs);
    await systemClock.sleep(betweenMs);
    end.abort();
    await load;
    const toMs = wallMs();
    await run.untilQuiet({ quietMs, limitMs: patienceMs });
    gapsMs.push(longestGapMs(run.record, fromMs, toMs));
  }
  await run.stop();
  const { sent, lost, repeated } = countOf(run.sent, run.record);
  return {
    contender: contender.name,
    restarts,
    medianGapMs: median(gapsMs),
    longestGapMs: Math.max(...gapsMs),
    sent,
    lost,
    repeated,
  };
}

async function standingBy(run: Run): Promise<Program> {
  const standby = await ours.start(run);
  await standby.says(/standing by/);
  return standby;
}

async function stopProgram(program: Program): Promise<void> {
  program.signal('SIGTERM');
  await Promise.race([program.ended, systemClock.sleep(stopLimitMs)]);
  program.signal('SIGKILL');
  await program.ended;
}

export function rollingRestartTable(results: readonly RollingRestart[]): Table {
  return {
    title: 'rolling restart at 60/s: the longest gap',
    head: ['', 'restarts', 'median gap ms', 'longest gap ms', 'sent', 'lost', 'done twice'],
    rows: results.map(({ contender, restarts, medianGapMs, longestGapMs, sent, lost, repeated }) => [
      contender,
      ...[restarts, medianGapMs, longestGapMs, sent, lost, repeated].map((value) => figure(value)),
    ]),
  };
}

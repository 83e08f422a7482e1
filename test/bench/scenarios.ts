/** The scenarios of the bench: their names for `--only`, how to measure each, and its table. */

import type { BenchFixture } from './bench-fixture.ts';
import { type ColdStart, measureColdStart } from './cold-start.ts';
import { type HandOver, measureHandOver } from './hand-over.ts';
import { type CpuShare, cpuShareTable, measureCpuShare } from './scenarios/cpu-share.ts';
import { type HeavyTail, heavyTailTable, measureHeavyTail } from './scenarios/heavy-tail.ts';
import { type Kill, killTable, measureKill } from './scenarios/kill.ts';
import { type Memory, measureMemory, memoryTable } from './scenarios/memory.ts';
import { measureOpenJournal, type OpenJournal, openJournalTable } from './scenarios/open-journal.ts';
import {
  measureRollingRestart,
  type RollingRestart,
  rollingRestartTable,
} from './scenarios/rolling-restart.ts';
import { blockTable, measureScaleBlock, type ScaleBlock } from './scenarios/scale/block.ts';
import { ingestTable, measureScaleIngest, type ScaleIngest } from './scenarios/scale/ingest.ts';
import { killsTable, measureScaleKills, type ScaleKill } from './scenarios/scale/kills.ts';
import {
  measureScaleThroughput,
  type ScaleThroughput,
  throughputTable,
} from './scenarios/scale/throughput.ts';
import { measureStuckChat, type StuckChat, stuckChatTable } from './scenarios/stuck-chat.ts';
import { measureTask, type Task, taskTable } from './scenarios/task.ts';
import { measureTrouble, type Trouble, troubleTable } from './scenarios/trouble.ts';
import { measureUniform, type Uniform, uniformTable } from './scenarios/uniform.ts';
import { figure, type Table } from './table.ts';

export interface Measured {
  readonly openJournal: OpenJournal;
  readonly handOver: readonly HandOver[];
  readonly coldStart: ColdStart;
  readonly uniform: readonly Uniform[];
  readonly heavyTail: readonly HeavyTail[];
  readonly stuckChat: readonly StuckChat[];
  readonly kill: readonly Kill[];
  readonly rollingRestart: readonly RollingRestart[];
  readonly trouble: readonly Trouble[];
  readonly memory: readonly Memory[];
  readonly task: readonly Task[];
  readonly cpuShare: readonly CpuShare[];
  readonly scaleIngest: readonly ScaleIngest[];
  readonly scaleThroughput: readonly ScaleThroughput[];
  readonly scaleBlock: readonly ScaleBlock[];
  readonly scaleKills: readonly ScaleKill[];
}

export interface Scenario<Result> {
  /** Its name for `--only`; several scenarios may share one. */
  readonly name: string;
  /** How many rounds without `--rounds`; absent where rounds make no sense. */
  readonly rounds?: number;
  measure(fixture: () => Promise<BenchFixture>, rounds: number): Promise<Result>;
  table(result: Result): Table;
}

export const scenarios: { readonly [Key in keyof Measured]: Scenario<Measured[Key]> } = {
  uniform: {
    name: 'uniform',
    rounds: 3,
    measure: async (fixture, rounds) => measureUniform(await fixture(), { rounds }),
    table: uniformTable,
  },
  heavyTail: {
    name: 'heavy-tail',
    rounds: 3,
    measure: async (fixture, rounds) => measureHeavyTail(await fixture(), { rounds }),
    table: heavyTailTable,
  },
  stuckChat: {
    name: 'stuck-chat',
    measure: async (fixture) => measureStuckChat(await fixture()),
    table: stuckChatTable,
  },
  kill: {
    name: 'kill',
    rounds: 5,
    measure: async (fixture, rounds) => measureKill(await fixture(), { rounds }),
    table: killTable,
  },
  rollingRestart: {
    name: 'rolling-restart',
    measure: async (fixture) => measureRollingRestart(await fixture()),
    table: rollingRestartTable,
  },
  trouble: {
    name: 'trouble',
    measure: async (fixture) => measureTrouble(await fixture()),
    table: troubleTable,
  },
  memory: {
    name: 'memory',
    measure: async (fixture) => measureMemory(await fixture()),
    table: memoryTable,
  },
  openJournal: {
    name: 'open-journal',
    rounds: 5,
    measure: async (fixture, rounds) => measureOpenJournal(await fixture(), { rounds }),
    table: openJournalTable,
  },
  task: {
    name: 'task',
    measure: async (fixture) => measureTask(await fixture()),
    table: taskTable,
  },
  cpuShare: {
    name: 'cpu-share',
    measure: async (fixture) => measureCpuShare(await fixture()),
    table: cpuShareTable,
  },
  scaleIngest: {
    name: 'scale',
    rounds: 3,
    measure: async (fixture, rounds) => measureScaleIngest(await fixture(), { rounds }),
    table: ingestTable,
  },
  scaleThroughput: {
    name: 'scale',
    measure: async (fixture, rounds) => measureScaleThroughput(await fixture(), { rounds }),
    table: throughputTable,
  },
  scaleBlock: {
    name: 'scale',
    measure: async (fixture) => measureScaleBlock(await fixture()),
    table: blockTable,
  },
  scaleKills: {
    name: 'scale',
    rounds: 5,
    measure: async (fixture, rounds) => measureScaleKills(await fixture(), { rounds }),
    table: killsTable,
  },
  handOver: {
    name: 'hand-over',
    rounds: 5,
    measure: (_stage, rounds) =>
      measureHandOver({ stopped: rounds, 'killed and reported': rounds, killed: 1 }),
    table: (results) => ({
      title: 'hand-over: how long polling pauses',
      head: ['', 'rounds', 'median ms', 'longest ms'],
      rows: results.map(({ way, rounds, medianMs, longestMs }) => [
        way,
        ...[rounds, medianMs, longestMs].map((value) => figure(value)),
      ]),
    }),
  },
  coldStart: {
    name: 'cold-start',
    rounds: 15,
    measure: (_stage, rounds) => measureColdStart({ rounds }),
    table: ({ functions }) => ({
      title: 'cold start of a function, compared with an empty one',
      head: ['', 'wall ms', 'CPU ms', 'bundle KB'],
      rows: functions.map(({ name, overEmptyMs, overEmptyCpuMs, bundleBytes }) => [
        name,
        ...[overEmptyMs, overEmptyCpuMs, bundleBytes / 1000].map((value) => figure(value)),
      ]),
    }),
  },
};

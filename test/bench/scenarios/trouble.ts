/**
 * One getUpdates call fails: how long until a message sent then is done, or has polling ended for good?
 *
 * Each pair of contender and failure has its own bot and program, all at the same time: this measures no speed. A program
 * that has ended is not restarted.
 */
import { systemClock } from '../../../services/adapters/system-clock.ts';
import type { FaultRequest } from '../../../services/lab/telegram-emulator/faults.ts';
import type { BenchFixture } from '../bench-fixture.ts';
import { type Contender, contenders } from '../contenders.ts';
import { countOf } from '../record.ts';
import { figure, type Table } from '../table.ts';
import { wallMs } from '../work.ts';

const troubles = {
  '429': { kind: '429', retryAfter: 2, times: 1 },
  '502 page': { kind: '502-html', times: 1 },
  '409': { kind: '409', times: 1 },
  'no answer': { kind: 'hang', times: 1 },
} as const satisfies Readonly<Record<string, Omit<FaultRequest, 'token' | 'method'>>>;

/** A 30 s call times out after 10 s more; a program that is still silent after this is deaf. */
const patienceMs = 45_000;
const startEveryMs = 300;
const fewMessages = 5;

export interface Outcome {
  readonly trouble: string;
  /** From sending the message until it is done; absent if it never was. */
  readonly seconds?: number;
  /** The program had ended. */
  readonly ended: boolean;
  readonly lost: number;
}

export interface Trouble {
  readonly contender: string;
  readonly outcomes: readonly Outcome[];
}

export async function measureTrouble(fixture: BenchFixture): Promise<readonly Trouble[]> {
  const trials: Promise<{ contender: string; outcome: Outcome }>[] = [];
  for (const contender of contenders)
    for (const [trouble, fault] of Object.entries(troubles)) {
      trials.push(oneTrial(fixture, { contender, trouble, fault }));
      await systemClock.sleep(startEveryMs);
    }
  const outcomes = await Promise.all(trials);
  return contenders.map(({ name }) => ({
    contender: name,
    outcomes: outcomes.filter(({ contender }) => contender === name).map(({ outcome }) => outcome),
  }));
}

interface Trial {
  readonly contender: Contender;
  readonly trouble: string;
  readonly fault: Omit<FaultRequest, 'token' | 'method'>;
}

async function oneTrial(
  fixture: BenchFixture,
  { contender, trouble, fault }: Trial,
): Promise<{ contender: string; outcome: Outcome }> {
  const run = await fixture.run();
  const program = await contender.start(run);
  let ended = false;
  void program.ended.then(() => {
    ended = true;
  });
  await run.warmUp();
  await run.fault({ method: 'getUpdates', ...fault });
  // The open poll gets these; the next one fails.
  const few = Array.from({ length: fewMessages }, (_, index) => ({
    chatId: 1 + index,
    workMs: 0,
    reply: false,
  }));
  await run.send(few);
  await systemClock.sleep(startEveryMs);
  const atMs = wallMs();
  const last = run.sent.length;
  await run.send([{ chatId: 100, workMs: 0, reply: false }]);
  const isDone = await run.until(() => ended || run.record.done.has(last), patienceMs);
  await run.until(() => run.record.done.has(last), 0);
  const doneMs = isDone ? run.record.done.get(last) : undefined;
  const { lost } = countOf(run.sent, run.record);
  const outcome = {
    trouble,
    ...(doneMs === undefined ? {} : { seconds: (doneMs - atMs) / 1000 }),
    ended,
    lost: doneMs === undefined ? 0 : lost,
  };
  await run.stop();
  return { contender: contender.name, outcome };
}

export function troubleTable(results: readonly Trouble[]): Table {
  return {
    title: 'one failed getUpdates: seconds until the next message is done',
    head: ['', ...Object.keys(troubles), 'dead or deaf', 'lost'],
    rows: results.map(({ contender, outcomes }) => [
      contender,
      ...outcomes.map(outcomeText),
      figure(outcomes.filter(({ seconds }) => seconds === undefined).length),
      figure(outcomes.reduce((sum, { lost }) => sum + lost, 0)),
    ]),
  };
}

function outcomeText({ seconds, ended }: Outcome): string {
  if (seconds !== undefined) return figure(seconds, 1);
  return ended ? 'dead' : `deaf > ${patienceMs / 1000}`;
}

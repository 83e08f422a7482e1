/**
 * One chat's message takes 30 s. How many messages of other chats are done before it is?
 *
 * This measures no speed, so all contenders run at the same time, each with its own bot.
 */

import type { BenchFixture } from '../bench-fixture.ts';
import { type Contender, contenders } from '../contenders.ts';
import { sendSteadily } from '../load.ts';
import { figure, type Table } from '../table.ts';

const stuckMs = 30_000;
const perSecond = 30;
const durationMs = 25_000;
const chats = 200;
const workMs = 20;
const stuckChatId = 900_000;
const slackMs = 15_000;

export interface StuckChat {
  readonly contender: string;
  readonly others: number;
  readonly doneMeanwhilePercent: number;
}

export function measureStuckChat(fixture: BenchFixture): Promise<readonly StuckChat[]> {
  return Promise.all(contenders.map((contender) => measureOne(fixture, contender)));
}

async function measureOne(fixture: BenchFixture, contender: Contender): Promise<StuckChat> {
  const run = await fixture.run();
  await contender.start(run);
  await run.warmUp();
  const stuck = run.sent.length;
  await run.send([{ chatId: stuckChatId, workMs: stuckMs, reply: false }]);
  const message = (index: number) => ({ chatId: 1 + (index % chats), workMs, reply: false });
  await sendSteadily(run, { perSecond, durationMs, message });
  if (!(await run.until(() => run.record.done.has(stuck), stuckMs - durationMs + slackMs)))
    throw new Error(`${contender.name}: the message of 30 s was not done in time`);
  const { record } = run;
  const endMs = record.done.get(stuck) ?? Number.NaN;
  const others = run.sent.slice(stuck + 1);
  const inTime = others.filter(({ number }) => (record.done.get(number) ?? Number.NaN) < endMs).length;
  await run.stop();
  return {
    contender: contender.name,
    others: others.length,
    doneMeanwhilePercent: (inTime / others.length) * 100,
  };
}

export function stuckChatTable(results: readonly StuckChat[]): Table {
  return {
    title: 'one handler takes 30 s: other messages done meanwhile',
    head: ['', 'others', 'done meanwhile'],
    rows: results.map(({ contender, others, doneMeanwhilePercent }) => [
      contender,
      figure(others),
      `${figure(doneMeanwhilePercent, doneMeanwhilePercent % 1 === 0 ? 0 : 1)} %`,
    ]),
  };
}

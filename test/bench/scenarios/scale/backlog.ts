/** Backlogs: many messages at once, and the rate at which they are handled or confirmed. */
import type { Message, Run } from '../../bench-fixture.ts';
import { wallMs } from '../../work.ts';

const chats = 1000;
const patienceMs = 60_000;

export interface Backlog {
  readonly count: number;
  readonly workMs: number;
  readonly how?: Message['how'];
}

/** Handled a second, from the begin of the first handler to the end of the last. */
export async function backlogRate(run: Run, backlog: Backlog): Promise<number> {
  const first = run.record.read().lines.length;
  await send(run, backlog);
  if (!(await run.settled(patienceMs))) throw new Error('the backlog was not handled');
  const lines = run.record.lines.slice(first);
  const tookMs = (lines.at(-1)?.atMs ?? Number.NaN) - (lines[0]?.atMs ?? Number.NaN);
  return (backlog.count / tookMs) * 1000;
}

/** Confirmed to Telegram a second, with handlers that do nothing. */
export async function confirmRate(run: Run, count: number): Promise<number> {
  await send(run, { count, workMs: 0 });
  const startMs = wallMs();
  if (!(await run.confirmed(patienceMs))) throw new Error('the backlog was not confirmed');
  return (count / (wallMs() - startMs)) * 1000;
}

function send(run: Run, { count, workMs, how }: Backlog): Promise<void> {
  const message = (_: unknown, index: number) => {
    return { chatId: 1 + (index % chats), workMs, reply: false, how };
  };
  return run.send(Array.from({ length: count }, message));
}

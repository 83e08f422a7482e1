/**
 * Telegram answers polls badly, or not at all.
 *
 * Only polls are hit: what a handler does when its answer is refused is the handler's own decision. What is demanded of
 * a wait is only how long it is at least: a slow machine makes every wait longer.
 */
import { judgePollFailure } from '../../core/updates/poll-failure.ts';
import { text } from '../shared/text.ts';
import type { EmulatorEvent } from '../telegram-emulator/events.ts';
import type { FaultRequest } from '../telegram-emulator/faults.ts';
import { settle, untilAnswering } from './drill-checks.ts';
import type { DrillContext } from './drill-context.ts';
import type { Drill } from './drill-run.ts';

const method = 'getUpdates';
const holdMs = 5000;
const retryAfterSeconds = 3;
/** Clocks and the machine round; what is asked for is waited for all the same. */
const roundingMs = 20;

export const telegram429: Drill = async (context) => {
  const fault: FaultRequest = { kind: '429', retryAfter: retryAfterSeconds };
  const waitsMs = await refusePolls(context, fault, { refusalsMin: 2 });
  if (waitsMs.length > 0) context.measure('shortestWaitMs', Math.min(...waitsMs));
  await settle(context);
  demandWaits(context, waitsMs, () => retryAfterSeconds * 1000);
};

export const telegram502: Drill = async (context) => {
  // Two waits are the fewest that show whether they grow.
  const waitsMs = await refusePolls(context, { kind: '502-html' }, { refusalsMin: 3 });
  await settle(context);
  demandWaits(context, waitsMs, leastBackOffMs);
};

export const telegramHang: Drill = async (context) => {
  const longPollMs = context.lab.times.current.longPollSeconds * 1000;
  await withFault(context, { kind: 'hang', times: 1 }, async (metMs) => {
    await context.seen(
      text('a poll that is never answered', 'опрос, на который не ответят'),
      () => metMs.length > 0,
    );
    const [hungMs] = metMs;
    if (hungMs === undefined) return;
    const before = context.polls.polls;
    await context.seen(
      text('the bot gives the call up and asks again', 'бот бросает вызов и спрашивает снова'),
      () => context.polls.polls > before,
      { withinMs: longPollMs + 60_000 },
    );
    if (context.unseen) return;
    const gaveUpAfterMs = context.nowMs - hungMs;
    context.measure('gaveUpAfterMs', gaveUpAfterMs);
    const waitedMs = Math.round(gaveUpAfterMs);
    context.demand(
      gaveUpAfterMs >= longPollMs,
      text(
        `It gave the call up after ${waitedMs} ms, when an answer could still come.`,
        `Бросил вызов через ${waitedMs} мс, хотя ответ ещё мог прийти.`,
      ),
    );
  });
  await untilAnswering(context);
  await settle(context);
};

/** The shortest wait after so many failures in a row, the first being 0: chance only makes it longer. */
export function leastBackOffMs(failuresBefore: number): number {
  const failure = judgePollFailure(new Error('502'), failuresBefore + 1, 0);
  return failure.kind === 'trouble' ? failure.delayMs : 0;
}

export function demandWaits(
  context: Pick<DrillContext, 'demand'>,
  waitsMs: readonly number[],
  leastMs: (index: number) => number,
): void {
  for (const [index, waitMs] of waitsMs.entries()) {
    const [waited, asked] = [Math.round(waitMs), leastMs(index)];
    context.demand(
      waitMs >= asked - roundingMs,
      text(
        `It asked again after ${waited} ms instead of ${asked} ms or more.`,
        `Спросил снова через ${waited} мс, а не через ${asked} мс или позже.`,
      ),
    );
  }
}

/** How long the bot waited after each refusal that another one followed. */
async function refusePolls(
  context: DrillContext,
  fault: FaultRequest,
  { refusalsMin }: { refusalsMin: number },
): Promise<readonly number[]> {
  const metMs = await withFault(context, fault, async (met) => {
    await context.seen(
      text('Telegram refuses, and the bot asks again', 'Telegram отказывает, и бот спрашивает снова'),
      () => met.length >= refusalsMin,
    );
    await context.hold(
      holdMs,
      text('Telegram still refuses; not for long.', 'Telegram ещё отказывает; уже недолго.'),
    );
    return met;
  });
  context.measure('refusedPolls', metMs.length);
  await untilAnswering(context);
  return metMs.slice(1).map((atMs, index) => atMs - (metMs[index] ?? atMs));
}

/** `metMs`: when polls met the fault. */
async function withFault<Result>(
  context: DrillContext,
  fault: FaultRequest,
  during: (metMs: readonly number[]) => Promise<Result>,
): Promise<Result> {
  const { telegram, addresses, faults } = context.lab;
  const metMs: number[] = [];
  const stopListening = telegram.onEvent(({ type, details }: EmulatorEvent) => {
    if (type === 'fault-met' && details['method'] === method) metMs.push(context.nowMs);
  });
  const target = { token: addresses.botToken, method };
  telegram.setFault({ ...fault, ...target });
  faults.telegram = fault.kind;
  try {
    return await during(metMs);
  } finally {
    telegram.setFault({ kind: 'none', ...target });
    faults.telegram = null;
    stopListening();
  }
}

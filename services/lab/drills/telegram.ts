/**
 * Telegram answers polls with errors, or not at all.
 *
 * Only polls are affected: a handler decides by itself what to do about a refused answer. A wait is checked only for
 * its minimum, because a slow machine makes every wait longer.
 *
 * Tested by: test/lab/drills/demands.test.ts
 */
import { judgePollFailure } from '../../core/updates/poll-failure.ts';
import { text } from '../shared/text.ts';
import type { EmulatorEvent } from '../telegram-emulator/events.ts';
import type { FaultRequest } from '../telegram-emulator/faults.ts';
import { settle, untilAnswering } from './drill-checks.ts';
import type { Drill, DrillContext } from './drill-context.ts';

const method = 'getUpdates';
const holdMs = 5000;
const retryAfterSeconds = 3;
/** Timers and clocks round; this much too early still counts as in time. */
const roundingMs = 20;
const giveUpWithinMs = 60_000;

interface Refusal {
  readonly fault: FaultRequest;
  /** How many refusals must be seen. */
  readonly refusalsMin: number;
  /** The shortest allowed wait after the refusal of this index. */
  readonly waitMinMs: (index: number) => number;
  /** Whether the shortest wait is among the figures. */
  readonly showsWait?: boolean;
}

export const telegram429: Drill = refusal({
  fault: { kind: '429', retryAfter: retryAfterSeconds },
  refusalsMin: 2,
  waitMinMs: () => retryAfterSeconds * 1000,
  showsWait: true,
});

/** Three refusals give two waits: the fewest that show growth. */
export const telegram502: Drill = refusal({
  fault: { kind: '502-html' },
  refusalsMin: 3,
  waitMinMs: leastBackOffMs,
});

function refusal({ fault, refusalsMin, waitMinMs, showsWait = false }: Refusal): Drill {
  return async (context) => {
    const refusedAtMs = await withFault(context, fault, async (met) => {
      await context.seen(
        text('Telegram refuses, and the bot tries again', 'Telegram отказывает, бот повторяет запрос'),
        () => met.length >= refusalsMin,
      );
      await context.hold(
        holdMs,
        text('Telegram still refuses; not for long.', 'Telegram ещё отказывает; скоро это кончится.'),
      );
      return met;
    });
    context.measure('refusedPolls', refusedAtMs.length);
    await untilAnswering(context);
    const waitsMs = refusedAtMs.slice(1).map((atMs, index) => atMs - (refusedAtMs[index] ?? atMs));
    if (showsWait && waitsMs.length > 0) context.measure('shortestWaitMs', Math.min(...waitsMs));
    await settle(context);
    demandWaits(context, waitsMs, waitMinMs);
  };
}

export const telegramHang: Drill = async (context) => {
  const longPollMs = context.lab.times.current.longPollSeconds * 1000;
  await withFault(context, { kind: 'hang', times: 1 }, async (metMs) => {
    await context.seen(
      text('a poll that is never answered', 'запрос, на который не ответят'),
      () => metMs.length > 0,
    );
    const [hungMs] = metMs;
    if (hungMs === undefined) return;
    const before = context.polls.polls;
    await context.seen(
      text('the bot abandons the poll and starts another', 'бот бросает запрос и начинает новый'),
      () => context.polls.polls > before,
      { withinMs: longPollMs + giveUpWithinMs },
    );
    if (context.unseen) return;
    const gaveUpAfterMs = context.nowMs - hungMs;
    context.measure('gaveUpAfterMs', gaveUpAfterMs);
    const waitedMs = Math.round(gaveUpAfterMs);
    context.demand(
      gaveUpAfterMs >= longPollMs,
      text(
        `It abandoned the poll after ${waitedMs} ms, while an answer could still come.`,
        `Бот бросил запрос через ${waitedMs} мс, хотя ответ ещё мог прийти.`,
      ),
    );
  });
  await untilAnswering(context);
  await settle(context);
};

/** The shortest back-off after so many failures in a row: jitter only makes it longer. */
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
        `It tried again after ${waited} ms instead of ${asked} ms or more.`,
        `Повторил запрос через ${waited} мс, а должен был ждать не меньше ${asked} мс.`,
      ),
    );
  }
}

/** Puts a fault on polls for as long as `during` runs, and passes it the times at which polls met the fault. */
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

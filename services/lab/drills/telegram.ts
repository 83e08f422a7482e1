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
import type { Scene } from './drill-context.ts';
import type { Drill } from './drill-run.ts';

const method = 'getUpdates';
const holdMs = 5000;
const retryAfterSeconds = 3;
/** Clocks and the machine round; what is asked for is waited for all the same. */
const roundingMs = 20;

export const telegram429: Drill = async (scene) => {
  const fault: FaultRequest = { kind: '429', retryAfter: retryAfterSeconds };
  const waitsMs = await refusePolls(scene, fault, { refusalsMin: 2 });
  if (waitsMs.length > 0) scene.measure('shortestWaitMs', Math.min(...waitsMs));
  await settle(scene);
  demandWaits(scene, waitsMs, () => retryAfterSeconds * 1000);
};

export const telegram502: Drill = async (scene) => {
  // Two waits are the fewest that show whether they grow.
  const waitsMs = await refusePolls(scene, { kind: '502-html' }, { refusalsMin: 3 });
  await settle(scene);
  demandWaits(scene, waitsMs, leastBackOffMs);
};

export const telegramHang: Drill = async (scene) => {
  const longPollMs = scene.lab.times.current.longPollSeconds * 1000;
  await withFault(scene, { kind: 'hang', times: 1 }, async (metMs) => {
    await scene.seen(
      text('a poll that is never answered', 'опрос, на который не ответят'),
      () => metMs.length > 0,
    );
    const [hungMs] = metMs;
    if (hungMs === undefined) return;
    const before = scene.polls.polls;
    await scene.seen(
      text('the bot gives the call up and asks again', 'бот бросает вызов и спрашивает снова'),
      () => scene.polls.polls > before,
      { withinMs: longPollMs + 60_000 },
    );
    if (scene.unseen) return;
    const gaveUpAfterMs = scene.nowMs - hungMs;
    scene.measure('gaveUpAfterMs', gaveUpAfterMs);
    const waitedMs = Math.round(gaveUpAfterMs);
    scene.demand(
      gaveUpAfterMs >= longPollMs,
      text(
        `It gave the call up after ${waitedMs} ms, when an answer could still come.`,
        `Бросил вызов через ${waitedMs} мс, хотя ответ ещё мог прийти.`,
      ),
    );
  });
  await untilAnswering(scene);
  await settle(scene);
};

/** The shortest wait after so many failures in a row, the first being 0: chance only makes it longer. */
export function leastBackOffMs(failuresBefore: number): number {
  const failure = judgePollFailure(new Error('502'), failuresBefore + 1, 0);
  return failure.kind === 'trouble' ? failure.delayMs : 0;
}

export function demandWaits(
  scene: Pick<Scene, 'demand'>,
  waitsMs: readonly number[],
  leastMs: (index: number) => number,
): void {
  for (const [index, waitMs] of waitsMs.entries()) {
    const [waited, asked] = [Math.round(waitMs), leastMs(index)];
    scene.demand(
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
  scene: Scene,
  fault: FaultRequest,
  { refusalsMin }: { refusalsMin: number },
): Promise<readonly number[]> {
  const metMs = await withFault(scene, fault, async (met) => {
    await scene.seen(
      text('Telegram refuses, and the bot asks again', 'Telegram отказывает, и бот спрашивает снова'),
      () => met.length >= refusalsMin,
    );
    await scene.hold(
      holdMs,
      text('Telegram still refuses; not for long.', 'Telegram ещё отказывает; уже недолго.'),
    );
    return met;
  });
  scene.measure('refusedPolls', metMs.length);
  await untilAnswering(scene);
  return metMs.slice(1).map((atMs, index) => atMs - (metMs[index] ?? atMs));
}

/** `metMs`: when polls met the fault. */
async function withFault<Result>(
  scene: Scene,
  fault: FaultRequest,
  during: (metMs: readonly number[]) => Promise<Result>,
): Promise<Result> {
  const { telegram, site, faults } = scene.lab;
  const metMs: number[] = [];
  const stopListening = telegram.onEvent(({ type, details }: EmulatorEvent) => {
    if (type === 'fault-met' && details['method'] === method) metMs.push(scene.nowMs);
  });
  const target = { token: site.botToken, method };
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

/**
 * Telegram answers polls badly, or not at all.
 *
 * Only polls are hit: what a handler does when its answer is refused is the handler's own decision.
 */
import type { EmulatorEvent } from '../telegram-emulator/events.ts';
import type { FaultRequest } from '../telegram-emulator/faults.ts';
import { text } from '../text.ts';
import { settle, untilAnswering } from './common.ts';
import type { Drill } from './drill-run.ts';
import type { Scene } from './scene.ts';

const method = 'getUpdates';
const holdMs = 8000;
const retryAfterSeconds = 3;
/** Clocks and the machine round; what is asked for is waited for all the same. */
const roundingMs = 20;

export const telegram429: Drill = async (scene) => {
  const waits = await refuseFor(scene, { kind: '429', retryAfter: retryAfterSeconds });
  const shortestMs = Math.min(...waits.slice(0, -1));
  if (Number.isFinite(shortestMs)) scene.measure('shortestWaitMs', shortestMs);
  await settle(scene);
  scene.demand(
    !(shortestMs < retryAfterSeconds * 1000 - roundingMs),
    text(`It asked again after ${shortestMs} ms.`, `Спросил снова через ${shortestMs} мс.`),
  );
};

export const telegram502: Drill = async (scene) => {
  await refuseFor(scene, { kind: '502-html' });
  await settle(scene);
};

export const telegramHang: Drill = async (scene) => {
  const { lab } = scene;
  await withFault(scene, { kind: 'hang', times: 1 }, async (met) => {
    await scene.until(
      text('a poll that is never answered', 'опрос, на который не ответят'),
      () => met.length > 0 || scene.mended.aborted,
    );
    if (met.length === 0) return;
    const limitMs = lab.times.current.longPollSeconds * 1000 + 60_000;
    const before = scene.polls.polls;
    const gaveUpAfterMs = await scene.until(
      text('the bot gives the call up and asks again', 'бот бросает вызов и спрашивает снова'),
      () => scene.polls.polls > before,
      limitMs,
    );
    scene.measure('gaveUpAfterMs', gaveUpAfterMs);
  });
  await untilAnswering(scene);
  await settle(scene);
};

/** How long the bot waited after each refusal; the last number counts to the mending. */
async function refuseFor(scene: Scene, fault: FaultRequest): Promise<readonly number[]> {
  const metMs = await withFault(scene, fault, async (met) => {
    await scene.until(
      text('Telegram refuses a poll', 'Telegram отказывает в опросе'),
      () => met.length > 0 || scene.mended.aborted,
    );
    await scene.hold(
      holdMs,
      text('Telegram still refuses; not for long.', 'Telegram ещё отказывает; уже недолго.'),
    );
    return met;
  });
  scene.measure('refusedPolls', metMs.length);
  const mendedMs = scene.nowMs;
  await untilAnswering(scene);
  return metMs.map((atMs, index) => (metMs[index + 1] ?? mendedMs) - atMs);
}

/** `met`: when polls met the fault. */
async function withFault<Result>(
  scene: Scene,
  fault: FaultRequest,
  during: (met: readonly number[]) => Promise<Result>,
): Promise<Result> {
  const { telegram, site, faults } = scene.lab;
  const met: number[] = [];
  const stopListening = telegram.onEvent(({ type, details }: EmulatorEvent) => {
    if (type === 'fault-met' && details['method'] === method) met.push(scene.nowMs);
  });
  const target = { token: site.botToken, method };
  telegram.setFault({ ...fault, ...target });
  faults.telegram = fault.kind;
  try {
    return await during(met);
  } finally {
    telegram.setFault({ kind: 'none', ...target });
    faults.telegram = null;
    stopListening();
  }
}

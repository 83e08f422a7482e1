/**
 * Frees the polling lock.
 *
 * By default it revokes the lock: a live holder stops polling and releases within a second or two; a dead one cannot
 * renew, so its lock expires after the remaining TTL. Only `force` deletes the lock at once. A holder that still polls
 * then overlaps with the next one until it notices, which is why `force` is not the default.
 *
 * Guarantees: revokes or breaks exactly the observed value, so it never touches a holder that came in between, nor the
 * holder of another environment's bot.
 */
import { heartbeatAgeSeconds } from '../lease/heartbeat.ts';
import type { Held } from '../lease/lock-store.ts';
import { cutText } from '../platform/foreign-text.ts';
import { environmentError, environmentTraces } from './environment-guard.ts';
import { answerReserveMs, type OpsCall, OpsRefusal } from './ops-ports.ts';
import { type ReleaseLockResult, storedValueMax } from './results.ts';

const pollMs = 500;
/** Added to the remaining TTL, so that the expiry is observed. */
const expirySlackMs = 1000;
/** A lock without expiry goes only if its holder releases it; a live one does within seconds. */
const endlessLockWaitMs = 10_000;

export async function releaseLock(call: OpsCall, { force }: { force: boolean }): Promise<ReleaseLockResult> {
  const { lock, outages, environment } = call.ports;
  const observation = await outages.observe({ noteRun: false });
  const mismatch = environmentError(
    { action: 'release-lock', dropUpdates: false },
    environmentTraces(environment, observation),
  );
  if (mismatch !== undefined) throw new OpsRefusal(mismatch);
  const { heartbeat, nowMs, held } = observation;
  const age = heartbeatAgeSeconds(heartbeat, nowMs);
  const previousValue = held === undefined ? null : cutText(held.value, storedValueMax);
  const result = { previousValue, heartbeatAgeSeconds: age };
  if (held === undefined) return { lockRemoved: false, ...result, mode: 'absent' };
  const isTaken = force
    ? await lock.break(held.value, call.reason)
    : await lock.revoke(held.value, call.reason);
  if (!isTaken) return { lockRemoved: false, ...result, mode: 'absent' };
  if (force) return { lockRemoved: true, ...result, mode: 'broken' };
  const gone = await waitUntilGone(call, held);
  return { lockRemoved: gone, ...result, mode: gone ? 'released' : 'revoked' };
}

async function waitUntilGone({ ports: { lock, clock }, remainingMs }: OpsCall, held: Held): Promise<boolean> {
  const startMs = clock.monotonicMs();
  const patienceMs = held.ttlMs === null ? endlessLockWaitMs : held.ttlMs + expirySlackMs;
  while (true) {
    if ((await lock.read())?.value !== held.value) return true;
    const leftMs = Math.min(patienceMs - (clock.monotonicMs() - startMs), remainingMs() - answerReserveMs);
    if (leftMs <= 0) return false;
    await clock.sleep(Math.min(pollMs, leftMs));
  }
}

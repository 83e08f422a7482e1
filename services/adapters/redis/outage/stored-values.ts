/**
 * Values that another program may have written.
 *
 * Tested by: test/adapters/redis/outage/outage-store.test.ts
 */
import type { ScriptReply } from '../lua-scripts.ts';

export function textOrNull(reply: ScriptReply | undefined): string | null {
  return typeof reply === 'string' ? reply : null;
}

/** Null for an invalid or future time; so every time from here can be shown. */
export function pastOrNull(text: string | undefined, nowMs: number): number | null {
  const ms = numberOrNull(text);
  return ms === null || ms > nowMs ? null : ms;
}

export function numberOrNull(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : null;
}

/** A bar separates the parts of a record. */
export function withoutBars(text: string): string {
  return text.replaceAll('|', '/');
}

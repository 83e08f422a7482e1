/**
 * Reading expiry times: relative or absolute, in seconds or milliseconds.
 *
 * Tested by: test/lab/redis-rest/store-contract.test.ts
 */
import { integerArgument } from './numbers.ts';
import { RedisError } from './reply.ts';

export const expiryUnits = ['ex', 'px', 'exat', 'pxat'] as const;
export type ExpiryUnit = (typeof expiryUnits)[number];

const int64Max = 2 ** 63;

function invalidExpire(command: string): RedisError {
  return new RedisError(`ERR invalid expire time in '${command}' command`);
}

/** For commands that set a value with its expiry: the time must be positive. */
export function expiryFromNow(unit: ExpiryUnit, text: string, nowMs: number, command: string): number {
  if (integerArgument(text) <= 0) throw invalidExpire(command);
  return expiryTimeMs(unit, text, nowMs, command);
}

/** When `text` is, in milliseconds of the epoch. May lie in the past. */
export function expiryTimeMs(unit: ExpiryUnit, text: string, nowMs: number, command: string): number {
  const amountMs = integerArgument(text) * (unit === 'ex' || unit === 'exat' ? 1000 : 1);
  const timeMs = unit === 'ex' || unit === 'px' ? nowMs + amountMs : amountMs;
  if (Math.abs(amountMs) >= int64Max || timeMs >= int64Max) throw invalidExpire(command);
  return timeMs;
}

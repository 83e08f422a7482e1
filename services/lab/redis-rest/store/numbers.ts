/**
 * Numbers as Redis reads and writes them.
 *
 * Tested by: test/lab/redis-rest/store-contract.test.ts
 */
import { notAnInteger, RedisError } from './reply.ts';

const integerForm = /^(?:0|-?[1-9][0-9]{0,18})$/;
const int64Min = -(2n ** 63n);
const int64Max = 2n ** 63n - 1n;

/** The integer that `text` spells in Redis's strict form (no `+`, no leading zeros), or undefined. */
export function readInteger(text: string): bigint | number | undefined {
  if (text.length > 20 || !integerForm.test(text)) return undefined;
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  const exact = BigInt(text);
  return exact >= int64Min && exact <= int64Max ? exact : undefined;
}

/** Throws Redis's `value is not an integer or out of range`. Beyond 2^53 the last digits are lost. */
export function integerArgument(text: string): number {
  const value = readInteger(text);
  if (value === undefined) throw new RedisError(notAnInteger);
  return Number(value);
}

/** `text + delta` as decimal text, exact over all of int64; throws `overflow` beyond it. */
export function addIntegers(left: bigint | number, delta: bigint | number): string {
  if (typeof left === 'number' && typeof delta === 'number') {
    const sum = left + delta;
    if (Number.isSafeInteger(sum)) return String(sum);
  }
  const exact = BigInt(left) + BigInt(delta);
  if (exact < int64Min || exact > int64Max) {
    throw new RedisError('ERR increment or decrement would overflow');
  }
  return String(exact);
}

/** C's `%.17g`, by which Redis turns a Lua number into a command's argument. */
export function seventeenDigits(value: number): string {
  if (Number.isSafeInteger(value)) return Object.is(value, -0) ? '-0' : String(value);
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const [digits = '', exponentText = '0'] = value.toExponential(16).split('e');
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < 17) return withoutTrailingZeros(value.toFixed(16 - exponent));
  const sign = exponent < 0 ? '-' : '+';
  return `${withoutTrailingZeros(digits)}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function withoutTrailingZeros(decimal: string): string {
  return decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal;
}

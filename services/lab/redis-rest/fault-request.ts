/**
 * Reads the body of `POST /emulator/faults`: `{"token", "kind", "times"?}`.
 *
 * Tested by: test/lab/redis-rest/faults.test.ts
 */
import { type Fault, faultKinds } from './faults.ts';
import { BadRequestError } from './rest-request.ts';

/** Throws `BadRequestError`, which never repeats a token. */
export function readFaultRequest(body: Buffer, tokens: readonly string[]): { token: string; fault: Fault } {
  const { token, kind: kindText, times } = parseObject(body);
  const kind = faultKinds.find((candidate) => candidate === kindText);
  if (kind === undefined) throw new BadRequestError(`ERR kind: expected one of ${faultKinds.join(', ')}`);
  if (typeof token !== 'string' || !tokens.includes(token)) {
    throw new BadRequestError('ERR token: expected one of the tokens that this server accepts');
  }
  if (times === undefined) return { token, fault: { kind } };
  if (typeof times !== 'number' || !Number.isSafeInteger(times) || times < 1) {
    throw new BadRequestError('ERR times: expected a whole number of at least 1');
  }
  return { token, fault: { kind, times } };
}

function parseObject(body: Buffer): Record<string, unknown> {
  let json: unknown;
  try {
    json = JSON.parse(body.toString('utf8'));
  } catch {
    json = undefined;
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new BadRequestError('ERR expected a JSON object {"token", "kind", "times"?}');
  }
  return { ...json };
}

/**
 * The reply of a Redis command, the same for the embedded store and for a real server.
 *
 * Strings inside a reply are bulk strings; the function that returns the reply says whether they are text or byte strings
 * (see `bytes.ts`). An integer beyond 2^53 loses its last digits, as it does in the REST client.
 *
 * Tested by: test/lab/redis-rest/store-contract.test.ts
 */

/** A simple string such as `OK`; Lua and the REST encoding treat it unlike a bulk string. */
export class StatusReply {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** An error reply; `message` begins with its code, as in `WRONGTYPE Operation against …`. */
export class RedisError extends Error {
  override readonly name = 'RedisError';
}

export type Reply = string | number | null | StatusReply | RedisError | Reply[];

export const ok = new StatusReply('OK');
export const pong = new StatusReply('PONG');

export const syntaxError = 'ERR syntax error';
export const notAnInteger = 'ERR value is not an integer or out of range';
export const wrongType = 'WRONGTYPE Operation against a key holding the wrong kind of value';

export function wrongArity(command: string): string {
  return `ERR wrong number of arguments for '${command}' command`;
}

/** Redis's own text for an unknown command; it quotes at most 128 characters of arguments. */
export function unknownCommand(command: readonly string[]): string {
  let quoted = '';
  for (const argument of command.slice(1)) {
    if (quoted.length >= 128) break;
    quoted += `'${argument.slice(0, 128 - quoted.length)}' `;
  }
  return `ERR unknown command '${(command[0] ?? '').slice(0, 128)}', with args beginning with: ${quoted}`;
}

/** The same reply with `change` applied to every bulk string, status text and error message in it. */
export function mapReplyTexts(reply: Reply, change: (text: string) => string): Reply {
  if (typeof reply === 'string') return change(reply);
  if (Array.isArray(reply)) return reply.map((element) => mapReplyTexts(element, change));
  if (reply instanceof StatusReply) return reply === ok ? ok : new StatusReply(change(reply.text));
  if (reply instanceof RedisError) return new RedisError(change(reply.message));
  return reply;
}

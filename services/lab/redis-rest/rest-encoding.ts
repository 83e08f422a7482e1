/**
 * Replies in the format of the REST API.
 *
 * With `Upstash-Encoding: base64` every string is encoded except the reply `OK`; numbers, null and errors stay plain.
 * Source: https://upstash.com/docs/redis/features/restapi
 *
 * Tested by: test/lab/redis-rest/rest-http.test.ts
 */
import { type Bytes, textOfBytes } from './store/bytes.ts';
import { ok, RedisError, type Reply, StatusReply } from './store/reply.ts';

export type Encoding = 'plain' | 'base64';

type JsonReply = string | number | null | JsonReply[];

export function resultObject(reply: Reply, encoding: Encoding): { result: JsonReply } | { error: string } {
  if (reply instanceof RedisError) return { error: textOfBytes(reply.message) };
  return { result: jsonReply(reply, encoding) };
}

function jsonReply(reply: Reply, encoding: Encoding): JsonReply {
  if (reply === null || typeof reply === 'number') return reply;
  if (Array.isArray(reply)) return reply.map((element) => jsonReply(element, encoding));
  if (reply === ok) return 'OK';
  if (reply instanceof StatusReply) return encoded(reply.text, encoding);
  if (reply instanceof RedisError) return encoded(reply.message, encoding);
  return encoded(reply, encoding);
}

function encoded(bytes: Bytes, encoding: Encoding): string {
  return encoding === 'plain' ? textOfBytes(bytes) : Buffer.from(bytes, 'latin1').toString('base64');
}

/**
 * Commands that make no sense over REST: those that wait, and those that change the connection or the server. They are
 * refused alike in front of both stores. Source: https://upstash.com/docs/redis/features/restapi
 *
 * Tested by: test/lab/redis-rest/rest-refusals.test.ts
 */
import type { Bytes } from './store/bytes.ts';

const waiting = 'blpop brpop brpoplpush blmove blmpop bzpopmin bzpopmax bzmpop wait waitaof';
const ofTheConnection =
  'auth client discard exec hello monitor multi psubscribe punsubscribe quit reset select ssubscribe subscribe sunsubscribe unsubscribe unwatch watch';
const ofTheServer =
  'acl bgrewriteaof bgsave cluster config debug failover latency migrate module psync replconf replicaof save shutdown slaveof swapdb sync';

const forbidden = new Set([waiting, ofTheConnection, ofTheServer].flatMap((names) => names.split(' ')));
const readsThatMayWait = new Set(['xread', 'xreadgroup']);

/** The error's text when the command may not be run. */
export function forbiddenCommand(command: readonly Bytes[]): string | undefined {
  const name = (command[0] ?? '').toLowerCase();
  const waits = readsThatMayWait.has(name) && command.some((word) => word.toLowerCase() === 'block');
  return forbidden.has(name) || waits ? `ERR Command is not available: '${command[0]}'` : undefined;
}

/**
 * What Redis 7.0 answers to sequences of commands, each on an empty store: both stores must answer the same.
 *
 * A command in one string is split at spaces; `''` is an empty word. Only what does not depend on the time of day
 * is in the transcripts.
 */
import { RedisError, type Reply, StatusReply } from '../../../../services/lab/redis-rest/store/reply.ts';

export interface Transcript {
  readonly behaviour: string;
  readonly steps: readonly (readonly [command: string | readonly string[], reply: Reply])[];
}

export const status = (text: string): Reply => new StatusReply(text);
export const error = (message: string): Reply => new RedisError(message);

export function wordsOf(command: string | readonly string[]): readonly string[] {
  return typeof command === 'string'
    ? command.split(' ').map((word) => (word === "''" ? '' : word))
    : command;
}

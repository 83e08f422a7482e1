/**
 * Sorts what the store's client throws into the two errors of `core/platform/store-errors.ts`.
 *
 * Guarantees: no argument of a command, no token and no HTML reaches the error; of a page only its title.
 * A store that loads, fails over or is asked too often recovers by itself, so it counts as unreachable.
 */
import { cutText } from '../../core/platform/foreign-text.ts';
import { StoreRefusedError, StoreUnreachableError } from '../../core/platform/store-errors.ts';
import { reasonOf } from '../error-description.ts';

/** Redis's own errors begin with a word in capitals. The client adds the command, with all its arguments. */
const redisReply = /^([A-Z]{3,}\b.*?)(?:, command was: .*)?$/s;
/** What Upstash itself answers, before Redis is asked. */
const gatewayReply = /^(Unauthorized|Database not found|Too Many Requests)\b[^,]{0,100}/i;
const transient =
  /^(?:LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|NOREPLICAS|UNBLOCKED|Too Many Requests)\b|max concurrent|rate limit/i;
const textLengthMax = 300;

export function storeError(command: string, thrown: unknown): StoreRefusedError | StoreUnreachableError {
  const { name, message } = thrown instanceof Error ? thrown : { name: 'unknown', message: String(thrown) };
  if (name === 'TimeoutError') return new StoreUnreachableError(command, new Error('no answer in time'));
  if (name === 'UpstashJSONParseError')
    return new StoreUnreachableError(command, new Error(pageTitle(message)));
  const reply = redisReply.exec(message)?.[1] ?? gatewayReply.exec(message)?.[0];
  if (reply === undefined) {
    const isReply = name === 'UpstashError';
    const reason = isReply ? 'its answer is none of Redis' : reasonOf(thrown);
    return new StoreUnreachableError(command, new Error(reason));
  }
  const said = oneLine(withoutArguments(reply));
  if (transient.test(reply)) return new StoreUnreachableError(command, new Error(said));
  return new StoreRefusedError(command, said);
}

function pageTitle(message: string): string {
  const title = oneLine(/<title>([^<]*)<\/title>/i.exec(message)?.[1] ?? '');
  return title === '' ? 'its answer is no JSON' : `its answer is a page, "${title}"`;
}

/** What another program wrote, safe for a terminal. */
function oneLine(text: string): string {
  return cutText(text.replace(/[\p{C}\s]+/gu, ' ').trim(), textLengthMax);
}

/** Redis quotes the arguments in its "unknown command" replies. */
function withoutArguments(reply: string): string {
  return reply.replace(/, with args beginning with:.*$/s, '');
}

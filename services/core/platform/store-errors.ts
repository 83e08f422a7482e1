/** The store's two errors, and how to fix them. No message contains a key's value or a secret. */

/** No usable answer: the command may have been carried out. */
export class StoreUnreachableError extends Error {
  readonly code = 'STORE_UNREACHABLE';

  constructor(what: string, cause: Error) {
    super(`${what}: the store gave no usable answer (${cause.message})`, { cause });
    this.name = 'StoreUnreachableError';
  }
}

/** The store answered with an error of its own, such as WRONGTYPE or WRONGPASS: nothing was carried out. */
export class StoreRefusedError extends Error {
  readonly code = 'STORE_REFUSED';
  readonly reply: string;

  constructor(what: string, reply: string) {
    super(`${what}: the store refused: ${reply}`);
    this.name = 'StoreRefusedError';
    this.reply = reply;
  }
}

const reachFix = 'check UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN, and that the database is up';

/** A store that loads, fails over or is asked too often. */
const recovers = /\((?:LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|NOREPLICAS|Too Many Requests)\b/;
const waitFix = 'it should recover by itself: start again in a minute, and look at the database if it lasts';

/** What to do about a reply; the first that fits. */
const refusalFixes: readonly (readonly [RegExp, string])[] = [
  [/^WRONGTYPE/, 'another program writes to these keys: give this bot a REDIS_KEY_PREFIX of its own'],
  [
    /^(?:NOAUTH|WRONGPASS|Unauthorized)/i,
    'check UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN: the token must be that of this database',
  ],
  [/^(?:NOPERM|READONLY)/, 'set UPSTASH_REDIS_REST_TOKEN to a token that may write and run scripts'],
  [/^Database not found/i, 'check UPSTASH_REDIS_REST_URL: the database was deleted or has another address'],
  [
    /max (?:request|record|value) size/,
    'the plan of the database allows no larger request: choose a plan with a higher limit',
  ],
  [
    /max .*limit exceeded/,
    'the plan of the database is used up: raise its limit, or wait until it starts anew',
  ],
  [/^OOM/, 'the database is full: make it larger, or remove keys of other programs from it'],
  [/^MISCONF/, 'the database cannot write to its disk: look at its server'],
];

/** What the operator should do. */
export function storeFix(error: StoreUnreachableError | StoreRefusedError): string {
  if (error instanceof StoreUnreachableError) return recovers.test(error.message) ? waitFix : reachFix;
  return refusalFixes.find(([reply]) => reply.test(error.reply))?.[1] ?? reachFix;
}

/** One line for the operator: the error and its fix. */
export function storeProblem(error: StoreUnreachableError | StoreRefusedError): string {
  return `the store cannot be used: ${error.message}; ${storeFix(error)}`;
}

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
const otherProgramFix = 'another program writes to these keys: give this bot a REDIS_KEY_PREFIX of its own';

/** One line for the operator: the error and its fix. */
export function storeProblem(error: StoreUnreachableError | StoreRefusedError): string {
  const isForeignValue = error instanceof StoreRefusedError && error.reply.startsWith('WRONGTYPE');
  return `the store cannot be used: ${error.message}; ${isForeignValue ? otherProgramFix : reachFix}`;
}

/** The two ways in which the store fails a caller. Neither message holds a key's value or a secret. */

/** No usable answer: whether the command was carried out is unknown. */
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

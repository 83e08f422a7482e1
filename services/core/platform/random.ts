/** The port for randomness; `adapters/system-random.ts` implements it for real. */
export interface Random {
  /** A number in [0, 1), for jitter. */
  unit(): number;
  /** A new unguessable identifier: 32 lower-case hexadecimal digits. */
  token(): string;
}

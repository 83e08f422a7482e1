/** The seam through which chance enters; `adapters/system-random.ts` is the system's. */
export interface Random {
  /** A number in [0, 1), for jitter. */
  unit(): number;
  /** A fresh unguessable identifier: 32 lower-case hexadecimal digits. */
  token(): string;
}

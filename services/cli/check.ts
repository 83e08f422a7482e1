/** One of the doctor's checks. */
export interface Check {
  readonly name: string;
  /** False if the answer is bad, or if there was none. */
  readonly ok: boolean;
  readonly asked: string;
  readonly came: string;
}

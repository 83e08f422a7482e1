/** An HTTP answer of the emulator. */
export interface EmulatedAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** The buttons under an alert, as alerts see them: who makes and signs the links is `core/ops/links`. */
export interface LinkButton {
  readonly text: string;
  readonly url: string;
}

export interface AlertLinks {
  /** Never rejects for what the store does. */
  buttons(recipient: string, outageId: string): Promise<readonly LinkButton[]>;
}

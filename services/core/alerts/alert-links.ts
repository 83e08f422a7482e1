/** The buttons under an alert, as this room sees them; `core/ops/links/alert-buttons.ts` makes and signs the links. */
export interface LinkButton {
  readonly text: string;
  readonly url: string;
}

export interface AlertLinks {
  /** Answers no buttons if the store fails. */
  buttons(recipient: string, outageId: string): Promise<readonly LinkButton[]>;
}

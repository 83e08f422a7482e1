/** Where the command line speaks: answers on stdout, everything else on stderr, so that a pipe gets answers alone. */
export interface Terminal {
  answer(text: string): void;
  tell(text: string): void;
  /** Writes over the last line that it wrote; only where `isLive`. */
  overwrite(text: string): void;
  /** stderr is a terminal that a person looks at. */
  readonly isLive: boolean;
  /** Somebody is there to answer. */
  readonly canAsk: boolean;
  ask(question: string): Promise<string>;
}

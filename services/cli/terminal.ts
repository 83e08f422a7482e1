/** The output of the command line: answers on stdout, everything else on stderr, so that a pipe gets only answers. */
export interface Terminal {
  answer(text: string): void;
  tell(text: string): void;
  /** Replaces the line that it wrote last; only if `isLive`. */
  overwrite(text: string): void;
  /** Whether stderr is a terminal. */
  readonly isLive: boolean;
  /** Whether stdin is a terminal, where a person can answer. */
  readonly canAsk: boolean;
  ask(question: string): Promise<string>;
}

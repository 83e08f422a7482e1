/** The output of the command line: answers on stdout, everything else on stderr, so that a pipe gets only answers. */
import { visible } from '../core/platform/foreign-text.ts';

export interface Terminal {
  answer(text: string): void;
  tell(text: string): void;
  /** Replaces the line that it wrote last; only if `isLive`. */
  overwrite(text: string): void;
  /** Clears the screen and writes this; only if `canRedraw`. */
  redraw(text: string): void;
  /** Whether stdout is a terminal. */
  readonly canRedraw: boolean;
  /** Whether stderr is a terminal. */
  readonly isLive: boolean;
  /** Whether stdin is a terminal, where a person can answer. */
  readonly canAsk: boolean;
  ask(question: string): Promise<string>;
}

/** How the texts here call the command line: as it is run from a clone. */
const inTexts = /\bnpx staffprobot\b/g;

/**
 * The same terminal, to which no foreign text can send codes: none rewrites a line, an answer or a question. Commands to
 * paste are written as `program` is called here.
 */
export function guarded(terminal: Terminal, program: string): Terminal {
  const shown = (text: string): string => visible(text).replace(inTexts, () => program);
  return {
    isLive: terminal.isLive,
    canAsk: terminal.canAsk,
    answer: (text) => terminal.answer(shown(text)),
    tell: (text) => terminal.tell(shown(text)),
    canRedraw: terminal.canRedraw,
    redraw: (text) => terminal.redraw(shown(text)),
    overwrite: (text) => terminal.overwrite(shown(text)),
    ask: (question) => terminal.ask(shown(question)),
  };
}

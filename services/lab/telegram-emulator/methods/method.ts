/**
 * What a method of the Bot API is to the emulator.
 *
 * One file per subject exports one `MethodGroup`: the methods by their names in the manual's spelling. `table.ts` joins the
 * groups; to add one, write the file and name it there. A method reads its arguments in the real server's order, throws
 * `badRequest(…)` in the server's words, and answers `succeed(…)`. Shared steps: `send.ts` sends and edits a message
 * whatever its content, `formatted-text.ts` reads a text or caption, `reply-markup.ts` reads buttons.
 */
import type { Arguments } from '../arguments.ts';
import type { Bot } from '../bot.ts';
import type { ApiAnswer } from '../errors.ts';
import type { PollClient } from '../poll-log.ts';

export interface MethodCall {
  readonly bot: Bot;
  readonly args: Arguments;
  readonly client: PollClient;
}

export type Method = (call: MethodCall) => ApiAnswer | Promise<ApiAnswer>;
export type MethodGroup = Readonly<Record<string, Method>>;

/**
 * Bounds how many of the shipped commands and buttons one person may use in a minute: each asks the store or Telegram.
 *
 * The first one over the limit is answered with a line, later ones with nothing. Everything else passes unseen. Counts
 * within this process; memory is bounded, so that a crowd of strangers can at most reset the counts.
 */
import type { Context, MiddlewareFn } from 'telegraf';
import type { Locale } from '../../core/platform/locale.ts';
import { localeOf, textsFor } from './texts.ts';

export interface CommandLimitDependencies {
  /** Of a clock that never steps. */
  readonly nowMs: () => number;
  readonly fallbackLocale: Locale;
}

export const commandsPerMinuteMax = 20;
const minuteMs = 60_000;
const peopleMax = 10_000;
const limited = /^\/(?:start|help|get_chat_id|status|notifications)(?:@\w+)?(?:\s|$)/i;
const limitedButton = /^inbox:/;

interface Count {
  readonly sinceMs: number;
  count: number;
}

export function limitCommands({ nowMs, fallbackLocale }: CommandLimitDependencies): MiddlewareFn<Context> {
  const people = new Map<number, Count>();

  /** How many in the last minute, this one included. */
  const countOf = (personId: number): number => {
    const now = nowMs();
    let entry = people.get(personId);
    if (entry === undefined || now - entry.sinceMs >= minuteMs) {
      if (people.size >= peopleMax) people.clear();
      entry = { sinceMs: now, count: 0 };
      people.set(personId, entry);
    }
    entry.count += 1;
    return entry.count;
  };

  return async (ctx, next) => {
    if (ctx.from === undefined || !isLimited(ctx)) return next();
    const count = countOf(ctx.from.id);
    if (count <= commandsPerMinuteMax) return next();
    if (count > commandsPerMinuteMax + 1) return undefined;
    const text = textsFor(localeOf(ctx.from.language_code, fallbackLocale)).tooMany(commandsPerMinuteMax);
    return ctx.callbackQuery === undefined ? ctx.reply(text) : ctx.answerCbQuery(text);
  };
}

function isLimited({ text, callbackQuery }: Context): boolean {
  if (callbackQuery !== undefined) return 'data' in callbackQuery && limitedButton.test(callbackQuery.data);
  return text?.startsWith('/') === true && limited.test(text);
}

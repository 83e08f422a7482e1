/**
 * The shipped commands. `/status` and `/notifications` answer superadmins only, in their private chats, and show no
 * secret: a lock value holds host, pid and environment.
 */
import { Composer, type Context, type MiddlewareFn } from 'telegraf';
import { durationText } from '../../core/alerts/duration-text.ts';
import type { InboxStore } from '../../core/alerts/inbox-store.ts';
import type { Held } from '../../core/lease/lock-store.ts';
import { describeHolder, isQuarantine, readLockHolder } from '../../core/lease/lock-value.ts';
import type { BotObservation } from '../../core/monitor/outage-store.ts';
import { visible } from '../../core/platform/foreign-text.ts';
import type { Locale } from '../../core/platform/locale.ts';
import { StoreRefusedError, StoreUnreachableError } from '../../core/platform/store-errors.ts';
import { reportOfTerm } from '../../core/updates/handlers-report.ts';
import { inboxHandlers } from './inbox.ts';
import { momentText } from './moment-text.ts';
import type { Person } from './person.ts';
import { localeOf, textsFor } from './texts.ts';

export interface CommandDependencies {
  readonly superadminIds: readonly string[];
  readonly fallbackLocale: Locale;
  readonly inbox: InboxStore;
  readonly observe: () => Promise<BotObservation>;
  /** How many updates are pending at Telegram; undefined if it does not say. */
  readonly pendingUpdates: () => Promise<number | undefined>;
}

/** The updates that the shipped commands need. */
export const shippedAllowedUpdates = ['message', 'callback_query'] as const;

export function shippedCommands(dependencies: CommandDependencies): MiddlewareFn<Context> {
  const { superadminIds, fallbackLocale } = dependencies;
  const composer = new Composer<Context>();

  const personOf = (ctx: Context): Person => {
    const locale = localeOf(ctx.from?.language_code, fallbackLocale);
    return { id: String(ctx.from?.id ?? ''), locale, texts: textsFor(locale) };
  };
  const isSuperadmin = (ctx: Context): boolean => superadminIds.includes(String(ctx.from?.id));
  const forSuperadmins =
    (answer: (ctx: Context, person: Person) => Promise<unknown>) =>
    async (ctx: Context): Promise<void> => {
      const person = personOf(ctx);
      if (!isSuperadmin(ctx)) {
        await tell(ctx, person.texts.superadminsOnly(ctx.from?.id));
        return;
      }
      if (ctx.chat?.type !== 'private') {
        await tell(ctx, person.texts.privateOnly);
        return;
      }
      try {
        await answer(ctx, person);
      } catch (error) {
        if (!(error instanceof StoreUnreachableError || error instanceof StoreRefusedError)) throw error;
        await ctx.reply(person.texts.storeSilent);
      }
    };

  composer.start((ctx) => ctx.reply(personOf(ctx).texts.start(ctx.botInfo.first_name)));
  composer.help((ctx) => ctx.reply(personOf(ctx).texts.help));
  composer.command('get_chat_id', (ctx) => ctx.reply(personOf(ctx).texts.chatId(ctx.chat.id, ctx.from?.id)));
  composer.command(
    'status',
    forSuperadmins(async (ctx, person) => ctx.reply(visible(await statusText(dependencies, person)))),
  );
  composer.use(inboxHandlers(dependencies.inbox, forSuperadmins));
  const middleware = composer.middleware();
  // Checking each command in turn would cost a busy bot more than the rest of an update's handling.
  return (ctx, next) => (mayBeShippedCommand(ctx) ? middleware(ctx, next) : next());
}

/** The message of a button may be in a chat that the bot cannot write to. */
function tell(ctx: Context, text: string): Promise<unknown> {
  return ctx.callbackQuery === undefined ? ctx.reply(text) : ctx.answerCbQuery(text);
}

function mayBeShippedCommand({ text, callbackQuery }: Context): boolean {
  return callbackQuery !== undefined || text?.startsWith('/') === true;
}

async function statusText(
  { observe, pendingUpdates }: CommandDependencies,
  { locale, texts }: Person,
): Promise<string> {
  const [observation, pending] = await Promise.all([observe(), pendingUpdates()]);
  const { held, heartbeat, nowMs, memory } = observation;
  const { status } = texts;
  const age = (sinceMs: number): string => durationText(nowMs - sinceMs, locale);
  const { outage } = memory;
  const failing = reportOfTerm(observation.handlers, observation.epoch);
  return [
    status.title,
    ...(failing === undefined ? [] : [status.handlers(failing.failed, failing.handled, failing.lastError)]),
    held === undefined ? status.lockFree : lockText(held, nowMs, { locale, texts }),
    heartbeat.kind === 'present'
      ? status.heartbeat(age(heartbeat.tsMs), momentText(heartbeat.tsMs, nowMs))
      : status.noHeartbeat,
    status.queue(pending),
    outage?.state === 'open'
      ? status.outage(age(outage.sinceMs), momentText(outage.sinceMs, nowMs))
      : status.noOutage,
  ].join('\n');
}

/** Times are worker and store clocks mixed: ages are never negative. A foreign lock may lack any of them. */
function lockText(
  { value, ttlMs }: Held,
  nowMs: number,
  { locale, texts }: Pick<Person, 'locale' | 'texts'>,
): string {
  const left = ttlMs === null ? undefined : durationText(ttlMs, locale);
  if (isQuarantine(value) && left !== undefined) return texts.status.quarantine(left);
  const sinceMs = Date.parse(readLockHolder(value).ts ?? '');
  const isKnown = !Number.isNaN(sinceMs);
  return texts.status.lock({
    holder: describeHolder(value),
    age: isKnown ? durationText(nowMs - sinceMs, locale) : undefined,
    since: isKnown ? momentText(sinceMs, nowMs) : undefined,
    left,
  });
}

/** `/notifications`: the in-app inbox, page by page, with buttons under the message. */
import { Composer, type Context, Markup } from 'telegraf';
import type { InboxEntry } from '../../core/alerts/inbox-entry.ts';
import type { InboxStore } from '../../core/alerts/inbox-store.ts';
import { cutText, visible } from '../../core/platform/foreign-text.ts';
import { momentText } from './moment-text.ts';
import type { Person } from './person.ts';
import type { CommandTexts } from './texts.ts';

type ForSuperadmins = (
  answer: (ctx: Context, person: Person) => Promise<unknown>,
) => (ctx: Context) => Promise<void>;

const pageSize = 5;
/** Keeps five entries and their titles below Telegram's limit of 4096 characters. */
const shownTextMax = 601;
const shownTitleMax = 150;
const shownTimeMax = 30;

interface Page {
  readonly text: string;
  readonly keyboard: ReturnType<typeof Markup.inlineKeyboard>;
}

export function inboxHandlers(inbox: InboxStore, forSuperadmins: ForSuperadmins): Composer<Context> {
  const composer = new Composer<Context>();
  composer.command(
    'notifications',
    forSuperadmins(async (ctx, person) => {
      const { text, keyboard } = await readPage(inbox, person, 0);
      await ctx.reply(text, keyboard);
    }),
  );
  composer.action(/^inbox:page:(\d{1,4})$/, (ctx) =>
    forSuperadmins(async (_, person) => {
      await ctx.answerCbQuery();
      await show(ctx, await readPage(inbox, person, Number(ctx.match[1])));
    })(ctx),
  );
  composer.action(/^inbox:read:(\d{1,4})$/, (ctx) =>
    forSuperadmins(async (_, person) => {
      await inbox.markRead(person.id);
      await ctx.answerCbQuery(person.texts.inbox.marked);
      await show(ctx, await readPage(inbox, person, Number(ctx.match[1])));
    })(ctx),
  );
  return composer;
}

/** Telegram refuses an edit that changes nothing, such as after a second press of the same button. */
async function show(ctx: Context, { text, keyboard }: Page): Promise<void> {
  try {
    await ctx.editMessageText(text, keyboard);
  } catch (error) {
    if (!(error instanceof Error && error.message.includes('message is not modified'))) throw error;
  }
}

async function readPage(inbox: InboxStore, { id, texts }: Person, requestedPage: number): Promise<Page> {
  let page = requestedPage;
  let read = await inbox.list(id, { skip: page * pageSize, count: pageSize });
  const pages = Math.max(1, Math.ceil(read.total / pageSize));
  if (page >= pages) {
    page = pages - 1;
    read = await inbox.list(id, { skip: page * pageSize, count: pageSize });
  }
  if (read.total === 0) return { text: texts.inbox.empty, keyboard: Markup.inlineKeyboard([]) };
  const text = [texts.inbox.title(page + 1, pages), ...read.entries.map(entryText)].join('\n\n');
  return { text, keyboard: pageButtons(texts, page, pages) };
}

function entryText({ title, text, ts, read }: InboxEntry): string {
  const atMs = Date.parse(ts);
  const at = Number.isNaN(atMs) ? ts : momentText(atMs);
  const shown = (part: string, lengthMax: number): string => cutText(visible(part), lengthMax);
  return `${read ? '' : '● '}${shown(title, shownTitleMax)}\n${shown(at, shownTimeMax)}\n${shown(text, shownTextMax)}`;
}

function pageButtons(texts: CommandTexts, page: number, pages: number): Page['keyboard'] {
  const turn = [
    ...(page > 0 ? [Markup.button.callback(texts.inbox.newer, `inbox:page:${page - 1}`)] : []),
    ...(page < pages - 1 ? [Markup.button.callback(texts.inbox.older, `inbox:page:${page + 1}`)] : []),
  ];
  return Markup.inlineKeyboard([turn, [Markup.button.callback(texts.inbox.markRead, `inbox:read:${page}`)]]);
}

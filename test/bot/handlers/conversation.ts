/** A chat, private unless said otherwise, with Telegraf middleware, without Telegram: what the bot would send is in `calls`. */
import { type Context, type Middleware, Telegraf } from 'telegraf';
import type { Update, UserFromGetMe } from 'telegraf/types';

export interface Sender {
  readonly from?: number;
  readonly languageCode?: string | undefined;
  /** The chat is a group. */
  readonly inGroup?: boolean;
}

interface Call {
  readonly method: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

export class Conversation {
  readonly calls: Call[] = [];
  /** Updates that the middleware passed on. */
  passedOn = 0;
  /** Telegram refuses the next calls of this method with this message. */
  refusal: { readonly method: string; readonly message: string } | undefined;
  private readonly bot = new Telegraf('1:token');

  constructor(middleware: Middleware<Context>) {
    this.bot.botInfo = { id: 1, is_bot: true, first_name: 'Staff', username: 'staff_bot' } as UserFromGetMe;
    this.bot.catch((error) => {
      throw error;
    });
    this.bot.use((ctx, next) => {
      ctx.telegram.callApi = (async (method: string, payload: Call['payload']) => {
        this.calls.push({ method, payload });
        if (this.refusal?.method === method) throw new Error(this.refusal.message);
        return true;
      }) as typeof ctx.telegram.callApi;
      return next();
    });
    this.bot.use(middleware, () => {
      this.passedOn += 1;
    });
  }

  /** Sends a message; returns the text of the answer, if there is one. */
  async say(text: string, sender: Sender = {}): Promise<string | undefined> {
    const person = personOf(sender);
    const entities = text.startsWith('/')
      ? [{ type: 'bot_command', offset: 0, length: text.split(' ', 1)[0]?.length ?? 0 }]
      : [];
    await this.handle({
      message: { message_id: 1, date: 1, from: person, chat: chatOf(person, sender), text, entities },
    });
    return this.lastText('sendMessage');
  }

  /** Presses a button; returns the text that the message has afterwards, if it was edited. */
  async press(data: string, sender: Sender = {}): Promise<string | undefined> {
    const person = personOf(sender);
    const message = { message_id: 2, date: 1, chat: chatOf(person, sender), text: 'before' };
    await this.handle({ callback_query: { id: 'q', chat_instance: '1', from: person, data, message } });
    return this.lastText('editMessageText');
  }

  /** The labels and data of the buttons under the last message. */
  buttons(): { text: string; callback_data: string }[] {
    const markup = this.calls.at(-1)?.payload['reply_markup'] as {
      inline_keyboard: { text: string; callback_data: string }[][];
    };
    return markup.inline_keyboard.flat();
  }

  private async handle(update: object): Promise<void> {
    this.calls.length = 0;
    await this.bot.handleUpdate({ update_id: 1, ...update } as Update);
  }

  private lastText(method: string): string | undefined {
    return this.calls.findLast((call) => call.method === method)?.payload['text'] as string | undefined;
  }
}

function personOf({ from = 5, languageCode = 'en' }: Sender) {
  return { id: from, is_bot: false, first_name: 'Anna', language_code: languageCode };
}

function chatOf({ id, first_name }: { id: number; first_name: string }, { inGroup = false }: Sender) {
  return inGroup ? { id: -7, title: 'Staff', type: 'supergroup' } : { id, first_name, type: 'private' };
}

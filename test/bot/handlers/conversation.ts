/** One person's private chat with Telegraf middleware, without Telegram: for tests of thousands of messages. */
import { type Context, type Middleware, Telegraf } from 'telegraf';
import type { Update, UserFromGetMe } from 'telegraf/types';

interface Call {
  readonly method: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

export class Conversation {
  /** What the bot did about the last message or press. */
  readonly calls: Call[] = [];
  /** Updates that the middleware passed on. */
  passedOn = 0;
  private readonly bot = new Telegraf('1:token');

  constructor(middleware: Middleware<Context>) {
    this.bot.botInfo = { id: 1, is_bot: true, first_name: 'Staff', username: 'staff_bot' } as UserFromGetMe;
    this.bot.use((ctx, next) => {
      ctx.telegram.callApi = (async (method: string, payload: Call['payload']) => {
        this.calls.push({ method, payload });
        return true;
      }) as typeof ctx.telegram.callApi;
      return next();
    });
    this.bot.use(middleware, () => {
      this.passedOn += 1;
    });
  }

  /** Sends a message; returns the text of the answer, if there is one. */
  async say(text: string, { from }: { from: number }): Promise<string | undefined> {
    const entities = text.startsWith('/')
      ? [{ type: 'bot_command', offset: 0, length: text.split(' ', 1)[0]?.length ?? 0 }]
      : [];
    await this.handle({ message: { message_id: 1, date: 1, ...withPerson(from), text, entities } });
    return this.calls.find(({ method }) => method === 'sendMessage')?.payload['text'] as string | undefined;
  }

  async press(data: string, { from }: { from: number }): Promise<void> {
    const { from: person, chat } = withPerson(from);
    const message = { message_id: 2, date: 1, chat, text: 'before' };
    await this.handle({ callback_query: { id: 'q', chat_instance: '1', from: person, data, message } });
  }

  /** Any update, as Telegram sends it. */
  async handle(update: object): Promise<void> {
    this.calls.length = 0;
    await this.bot.handleUpdate({ update_id: 1, ...update } as Update);
  }
}

function withPerson(id: number) {
  const from = { id, is_bot: false, first_name: 'Anna', language_code: 'en' };
  return { from, chat: { id, first_name: 'Anna', type: 'private' } };
}

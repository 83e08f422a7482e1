/**
 * Starts your handlers in this process, and people who write to them.
 *
 * Guarantees: nothing outside of loopback is asked; an act resolves when its handler has ended, so no test sleeps; fake
 * timers of vitest or of node:test move the handlers' time and the dates of messages, but neither the worker nor a wait
 * of the kit.
 * Does not guarantee: what production does about crashes and outages. The lab shows that.
 */
import { fileURLToPath } from 'node:url';
import type { Context, Middleware } from 'telegraf';
import { createLogger } from '../adapters/logger.ts';
import { systemClock } from '../adapters/system-clock.ts';
import { systemRandom as random } from '../adapters/system-random.ts';
import type { FeatureContext } from '../adapters/telegram/handlers-module.ts';
import { loadHandlers } from '../adapters/telegram/load-handlers.ts';
import { shippedAllowedUpdates } from '../bot/handlers/commands.ts';
import { type LabRedis, startLabRedis } from '../lab/redis-rest/lab-redis.ts';
import { seedEpoch } from '../lab/redis-rest/seed-epoch.ts';
import type { FaultRequest } from '../lab/telegram-emulator/faults.ts';
import { type RunningEmulator, startTelegramEmulator } from '../lab/telegram-emulator/server.ts';
import { type BotMessage, fileIdOf } from './bot-message.ts';
import { type Bot, Chat, nameOf } from './chat.ts';
import { HandledUpdates } from './handled-updates.ts';
import { Messages } from './messages.ts';
import type { Group, Person, Place } from './people.ts';
import { clockOfTest, fakeTimersProblem } from './test-clock.ts';
import { startTestWorker, type TestWorker, type TestWorkerOptions } from './test-worker.ts';

export interface TestBotOptions {
  /**
   * Your features: a path from the working directory or a URL, as `BOT_HANDLERS` has them, or Telegraf middleware, which
   * gets Telegram's default set of updates.
   */
  readonly handlers?: string | URL | Middleware<FeatureContext>;
  /** Who may use /status and /notifications. */
  readonly superadminIds?: readonly number[];
  /** Whether the bot's own commands (/start, /help, …) come before your handlers, as in production. True by default. */
  readonly shippedCommands?: boolean;
  /** How long an act or `next` waits in real time; 4 s by default, less than a test of vitest may take. */
  readonly answerWithinMs?: number;
}

const token = '7000000002:token-of-the-test-kit';
const storeToken = 'store-token-of-the-test-kit';
const answerWithinMsDefault = 4000;
const startWithinMs = 20_000;
const firstPersonId = 1001;
const firstGroupId = -1_000_000_000_001;
/** How many lines of the worker's log an error shows. */
const logLinesShown = 3;

export async function startTestBot(options: TestBotOptions = {}): Promise<TestBot> {
  const features = await loaded(options.handlers);
  const tokens = [storeToken];
  const redis = await startLabRedis({ port: 0, tokens, redisServerPath: undefined, clock: systemClock });
  const telegram = await startTelegramEmulator({ clock: clockOfTest });
  const bot = new TestBot(options, { redis, telegram, ...features });
  try {
    await seedEpoch({ url: redis.rest.url, token: storeToken, keyPrefix: '' });
    await bot.start();
  } catch (error) {
    await bot.stop();
    throw error;
  }
  return bot;
}

type Features = Pick<TestWorkerOptions, 'handlers' | 'hooks' | 'allowedUpdates'>;

async function loaded(handlers: TestBotOptions['handlers']): Promise<Features> {
  if (handlers === undefined) return { handlers, hooks: {}, allowedUpdates: shippedAllowedUpdates };
  if (typeof handlers !== 'string' && !(handlers instanceof URL)) {
    return { handlers: handlers as Middleware<Context>, hooks: {}, allowedUpdates: [] };
  }
  const { middleware, hooks, allowedUpdates } = await loadHandlers(
    typeof handlers === 'string' ? handlers : fileURLToPath(handlers),
  );
  const all = allowedUpdates === undefined ? [] : [...shippedAllowedUpdates, ...allowedUpdates];
  return { handlers: middleware, hooks, allowedUpdates: [...new Set(all)] };
}

interface Parts extends Features {
  readonly redis: LabRedis;
  readonly telegram: RunningEmulator;
}

export class TestBot implements AsyncDisposable {
  private readonly options: TestBotOptions;
  private readonly parts: Parts;
  private readonly messages = new Messages(systemClock);
  private readonly handled = new HandledUpdates();
  /** JSON lines that the worker would log, from `warn` on. */
  readonly log: string[] = [];
  private readonly end = new AbortController();
  private worker: TestWorker | undefined;
  private people = 0;
  private groups = 0;

  constructor(options: TestBotOptions, parts: Parts) {
    this.options = options;
    this.parts = parts;
    parts.telegram.onEvent((event) => this.messages.note(event));
  }

  async start(): Promise<void> {
    const { redis, telegram, ...features } = this.parts;
    const polls = new Promise<'polls'>((resolve) =>
      telegram.onEvent(({ type }) => {
        if (type === 'poll-opened') resolve('polls');
      }),
    );
    this.worker = startTestWorker({
      token,
      apiRoot: telegram.url,
      store: { url: redis.rest.url, token: storeToken },
      logger: createLogger({
        level: 'warn',
        redact: (text) => text,
        clock: clockOfTest,
        fields: {},
        write: (line) => void this.log.push(line.trimEnd()),
      }),
      handled: this.handled,
      ...features,
      superadminIds: this.options.superadminIds ?? [],
      hasShippedCommands: this.options.shippedCommands ?? true,
      pendingUpdates: () => telegram.pendingCount(token),
    });
    const began = await this.within(startWithinMs, polls);
    if (began !== 'polls') throw new Error(this.withLog('start: expected the worker to poll, got nothing'));
  }

  /** Someone with a private chat. */
  person(name: string, { id, languageCode = 'en' }: Partial<Omit<Person, 'name'>> = {}): Chat {
    const person = { id: id ?? firstPersonId + this.people++, name, languageCode };
    return new Chat(this.asBot, person, person);
  }

  group(title: string, { id = firstGroupId - this.groups++ }: Partial<Pick<Group, 'id'>> = {}): Group {
    return { id, title };
  }

  /** Brings any update, without its id: `{ my_chat_member: … }`. Resolves when its handler has ended. */
  async push(
    update: Readonly<Record<string, unknown>>,
    what = `push ${Object.keys(update).join()}`,
  ): Promise<void> {
    const [updateId] = this.parts.telegram.pushUpdates(token, [update]);
    if (typeof updateId !== 'number') {
      const kind = Object.keys(update).join();
      throw new Error(
        `${what}: the bot does not ask for updates of the kind ${kind}; name it in allowedUpdates`,
      );
    }
    const outcome = await this.within(this.answerWithinMs, this.handled.end(updateId));
    if (outcome === undefined) {
      const expected = `expected its handler to end within ${this.answerWithinMs} ms, but it still runs`;
      throw new Error(this.withLog(`${what}: ${expected}`));
    }
    if (outcome.kind === 'failed') throw outcome.error;
  }

  /** What a person downloads from a message of the bot. */
  download(message: BotMessage): Buffer {
    const id = fileIdOf(message);
    const file = id === undefined ? undefined : this.parts.telegram.file(token, id);
    if (file !== undefined) return file.bytes;
    throw new Error(`download: expected a message with a file, got ${JSON.stringify(message.text)}`);
  }

  /** Telegram refuses, delays or loses the calls of a method; `kind: 'none'` ends that. */
  fault(fault: Omit<FaultRequest, 'token'>): void {
    this.parts.telegram.setFault({ ...fault, token });
  }

  async stop(): Promise<void> {
    this.end.abort();
    await this.worker?.stop();
    await this.parts.telegram.close();
    await this.parts.redis.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  private get answerWithinMs(): number {
    return this.options.answerWithinMs ?? answerWithinMsDefault;
  }

  private get asBot(): Bot {
    return {
      messages: this.messages,
      nowSeconds: () => Math.floor(clockOfTest.wallMs() / 1000),
      token: () => random.token(),
      addFile: (file) => this.parts.telegram.addFile(token, file),
      push: (update, what) => this.push(update, what),
      next: (place) => this.next(place),
    };
  }

  private async next(place: Place): Promise<BotMessage> {
    const message = await this.messages.next(place.id, this.answerWithinMs, this.end.signal);
    if (message !== undefined) return message;
    const last = this.messages.standing(place.id).at(-1);
    const got = last === undefined ? 'none' : `none after ${JSON.stringify(last.text)}`;
    const expected = `expected a message in the chat ${nameOf(place)} within ${this.answerWithinMs} ms, got ${got}`;
    throw new Error(this.withLog(`next: ${expected}`));
  }

  /** Undefined if it takes longer. Throws if the worker ends first. */
  private async within<Result>(limitMs: number, work: Promise<Result>): Promise<Result | undefined> {
    const done = new AbortController();
    const limit = systemClock
      .sleep(limitMs, AbortSignal.any([done.signal, this.end.signal]))
      .then(() => undefined);
    const lost = this.worker?.ended.then((code) => {
      throw new Error(this.withLog(`the worker has ended with exit code ${code}`));
    });
    try {
      return await Promise.race([work, limit, ...(lost === undefined ? [] : [lost])]);
    } finally {
      done.abort();
    }
  }

  private withLog(text: string): string {
    const problem = fakeTimersProblem();
    return [text, ...(problem === undefined ? [] : [problem]), ...this.log.slice(-logLinesShown)].join('\n');
  }
}

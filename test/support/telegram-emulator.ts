/**
 * The lab's Bot API server for other suites: inside the test's process, or as its own process.
 *
 *     const telegram = await startTelegramEmulator();
 *     telegram.pushText(token, { chatId: 7, text: '/start' });
 *     const answer = await telegram.waitForSentMessage(token, (message) => message.chat_id === 7);
 *     await telegram.stop();
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { systemClock } from '../../services/adapters/system-clock.ts';
import type { EmulatorEvent } from '../../services/lab/telegram-emulator/events.ts';
import type { FaultRequest } from '../../services/lab/telegram-emulator/faults.ts';
import type { Act } from '../../services/lab/telegram-emulator/people-acts.ts';
import * as server from '../../services/lab/telegram-emulator/server.ts';
import type { BotState } from '../../services/lab/telegram-emulator/state.ts';

type SentMessage = BotState['sentMessages'][number];

interface UserText {
  readonly chatId: number;
  readonly text: string;
  /** Default: the chat's id, as in a private chat. */
  readonly fromId?: number;
  readonly languageCode?: string;
}

export interface TestTelegram extends Pick<server.RunningEmulator, 'addFile' | 'file'> {
  readonly url: string;
  pushUpdates(token: string, updates: readonly unknown[]): (number | null)[];
  /** Pushes a user's message, with a `bot_command` entity if it begins with a command; returns its update id. */
  pushText(token: string, message: UserText): number | null;
  /** Somebody reacts, votes, pays, …; throws what Telegram would refuse. */
  act(token: string, act: Act): unknown;
  fault(request: FaultRequest): void;
  state(token: string): BotState;
  /** Resolves with the first message that fits, already sent or yet to come. */
  waitForSentMessage(
    token: string,
    fits: (message: SentMessage) => boolean,
    timeoutMs?: number,
  ): Promise<SentMessage>;
  /** Resolves when the bot's state fits; checks after every event. */
  waitForState(token: string, fits: (state: BotState) => boolean, timeoutMs?: number): Promise<BotState>;
  onEvent(listener: (event: EmulatorEvent) => void): () => void;
  stop(): Promise<void>;
}

const waitDefaultMs = 30_000;

export async function startTelegramEmulator(options: server.EmulatorOptions = {}): Promise<TestTelegram> {
  const emulator = await server.startTelegramEmulator(options);
  let messageId = 0;
  const waitForState: TestTelegram['waitForState'] = (token, fits, timeoutMs = waitDefaultMs) =>
    waitUntil(emulator, { token, timeoutMs }, (state) => (fits(state()) ? state() : undefined));
  return {
    url: emulator.url,
    pushUpdates: emulator.pushUpdates,
    pushText(token, message) {
      messageId = Math.max(messageId, lastMessageId(emulator.state(token))) + 1;
      return emulator.pushUpdates(token, [textUpdate(messageId, message)])[0] ?? null;
    },
    act: emulator.act,
    addFile: emulator.addFile,
    file: emulator.file,
    fault: emulator.setFault,
    state: emulator.state,
    waitForState,
    waitForSentMessage: (token, fits, timeoutMs = waitDefaultMs) =>
      waitUntil(emulator, { token, timeoutMs }, (state, event) =>
        event === undefined ? state().sentMessages.find(fits) : sentIn(event, fits),
      ),
    onEvent: emulator.onEvent,
    stop: emulator.close,
  };
}

export interface EmulatorProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** Stops it with SIGTERM, then SIGKILL if it ignores that; returns its exit code. */
  stop(): Promise<number | null>;
}

export const emulatorMainPath = new URL('../../services/lab/telegram-emulator/main.ts', import.meta.url)
  .pathname;

export async function startTelegramEmulatorProcess(
  args: readonly string[] = ['--port', '0'],
): Promise<EmulatorProcess> {
  const child = spawn(process.execPath, [emulatorMainPath, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const lines = createInterface({ input: child.stdout });
  const ready = once(lines, 'line').then(([line]) => /^ready (\S+)$/.exec(String(line))?.[1]);
  const url = await Promise.race([ready, exited.then(() => undefined)]);
  if (url === undefined) throw new Error(`the emulator did not come up: exit code ${child.exitCode}`);
  return {
    url,
    child,
    async stop() {
      child.kill('SIGTERM');
      const patience = new AbortController();
      void systemClock.sleep(waitDefaultMs, patience.signal).then(() => {
        if (!patience.signal.aborted) child.kill('SIGKILL');
      });
      const code = await exited;
      patience.abort();
      return code;
    },
  };
}

/** A private message as Telegram sends it. */
function textUpdate(messageId: number, message: UserText): Record<string, unknown> {
  const { chatId, text, fromId = chatId, languageCode = 'en' } = message;
  const command = /^\/\w+(?:@\w+)?/.exec(text)?.[0];
  const entities =
    command === undefined ? undefined : [{ type: 'bot_command', offset: 0, length: command.length }];
  const names = { first_name: `User ${fromId}` };
  const chat =
    chatId > 0 ? { id: chatId, type: 'private', ...names } : { id: chatId, type: 'group', title: 'Group' };
  const from = { id: fromId, is_bot: false, ...names, language_code: languageCode };
  const date = Math.floor(systemClock.wallMs() / 1000);
  return { message: { message_id: messageId, from, chat, date, text, entities } };
}

function lastMessageId({ sentMessages }: BotState): number {
  return sentMessages.at(-1)?.message_id ?? 0;
}

function sentIn(
  { type, details }: EmulatorEvent,
  fits: (message: SentMessage) => boolean,
): SentMessage | undefined {
  const message = type === 'message-sent' ? (details['message'] as SentMessage) : undefined;
  return message !== undefined && fits(message) ? message : undefined;
}

/** Calls `look` now, without an event, and after every event of the bot, until it finds something. */
function waitUntil<T>(
  emulator: server.RunningEmulator,
  { token, timeoutMs }: { token: string; timeoutMs: number },
  look: (state: () => BotState, event?: EmulatorEvent) => T | undefined,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const patience = new AbortController();
    const { botId: botIdWanted } = emulator.state(token);
    const tryNow = (event?: EmulatorEvent): void => {
      if (event !== undefined && event.botId !== botIdWanted) return;
      const found = look(() => emulator.state(token), event);
      if (found === undefined) return;
      patience.abort();
      stopListening();
      resolve(found);
    };
    // An event is sent in the middle of its cause; the state is complete once that has run to its end.
    const stopListening = emulator.onEvent((event) => queueMicrotask(() => tryNow(event)));
    void systemClock.sleep(timeoutMs, patience.signal).then(() => {
      if (patience.signal.aborted) return;
      stopListening();
      reject(
        new Error(
          `not seen within ${timeoutMs} ms; the bot's state: ${JSON.stringify(emulator.state(token))}`,
        ),
      );
    });
    tryNow();
  });
}

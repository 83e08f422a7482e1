/**
 * The test kit, `staffprobot/testing`: your handlers in the real pipeline, before an emulated Telegram, in the test's own
 * process. docs/testing.md shows it with vitest and with node:test.
 */
export type { BotMessage } from './bot-message.ts';
export type { Chat, Reaction, SentFile } from './chat.ts';
export type { Group, Person } from './people.ts';
export { startTestBot, type TestBot, type TestBotOptions } from './test-bot.ts';

/**
 * Tries the entries of the secret as the worker will use them: their shape, the bot token at Telegram, the store's token
 * at the store, and whether the store belongs to the bot.
 *
 * Guarantees: changes nothing at Telegram or in the store, ends within the function's time, and never shows a value.
 * Telegram that does not answer is no problem of the secret: the deployment itself shows whether the worker reaches it.
 *
 * Tested by: test/functions/secrets-check/handler.test.ts
 */
import { upstashStore } from '../../services/adapters/redis/upstash-store.ts';
import { fetchBotApi } from '../../services/adapters/telegram/fetch-bot-api.ts';
import { OtherBotError } from '../../services/core/lease/errors.ts';
import { BotApiUnreachableError } from '../../services/core/platform/bot-api.ts';
import { botIdOf } from '../../services/core/platform/bot-token.ts';
import { redactor } from '../../services/core/platform/redaction.ts';
import { repeatOnce } from '../../services/core/platform/repeat-once.ts';
import {
  StoreRefusedError,
  StoreUnreachableError,
  storeProblem,
} from '../../services/core/platform/store-errors.ts';
import { storeKeys } from '../../services/core/platform/store-keys.ts';
import { isTokenRejection } from '../../services/core/platform/token-rejection.ts';
import { readSettings, readSidecarSettings, type Settings } from '../../services/core/settings/settings.ts';
import type { Environment } from '../../services/core/settings/variable-reader.ts';

const callTimeoutMs = 5000;

/** One line for each problem. */
export async function tryEntries(environment: Environment): Promise<readonly string[]> {
  const read = readSettings(environment);
  const sidecar = readSidecarSettings(environment);
  const problems = [read, sidecar].flatMap((result) => (result.ok ? [] : result.problems));
  if (!read.ok || problems.length > 0) return problems;
  const { settings } = read;
  const redact = redactor([settings.botToken, settings.store.token]);
  const found = await Promise.all([botProblem(settings), storeProblemOf(settings)]);
  return found.flatMap((problem) => (problem === undefined ? [] : [redact(problem)]));
}

async function botProblem({
  telegramApiRoot: apiRoot,
  botToken: token,
}: Settings): Promise<string | undefined> {
  try {
    await fetchBotApi({ apiRoot, token }).call('getMe', {}, { timeoutMs: callTimeoutMs });
    return undefined;
  } catch (error) {
    if (error instanceof BotApiUnreachableError) return undefined;
    if (!isTokenRejection(error)) throw error;
    return `bot token: expected one that Telegram accepts, got one of bot ${botIdOf(token)} that it rejects; copy it again from @BotFather`;
  }
}

async function storeProblemOf({ store, botToken }: Settings): Promise<string | undefined> {
  const port = repeatOnce(upstashStore({ ...store, timeoutMs: callTimeoutMs }), () => true);
  const botId = botIdOf(botToken);
  try {
    await port.command(['PING']);
    const storeBotId = await port.command(['GET', storeKeys(store.keyPrefix).bot]);
    if (storeBotId === null || storeBotId === botId) return undefined;
    return new OtherBotError({ botId, storeBotId: String(storeBotId) }).message;
  } catch (error) {
    if (error instanceof StoreUnreachableError || error instanceof StoreRefusedError)
      return storeProblem(error);
    throw error;
  }
}

/**
 * Fetches the bot's metrics once, as families.
 *
 * Guarantees: rejects an answer that is too large, has another status or is malformed, in bounded memory; the bot
 * cannot use the sidecar's own metric names. Does not guarantee to end by itself: pass a signal.
 */
import { get, type IncomingMessage } from 'node:http';
import { type Family, parseExposition } from './exposition.ts';

/** About twenty times a usual answer. */
const answerBytesMax = 1024 * 1024;

export class UnusableAnswerError extends Error {
  readonly code = 'BOT_ANSWER_UNUSABLE';
}

export async function askBot(url: string, signal: AbortSignal, reserved: string): Promise<readonly Family[]> {
  const families = parseExposition(await readText(await request(url, signal)));
  const foreign = families.find(({ name }) => name.startsWith(reserved));
  if (foreign !== undefined) throw new UnusableAnswerError(`the bot used the sidecar's name ${foreign.name}`);
  return families;
}

/** With `node:http`, which the sidecar has loaded as a server: `fetch` would cost a fifth more CPU at the start. */
function request(url: string, signal: AbortSignal): Promise<IncomingMessage> {
  // No compression: a small answer cannot unpack into a large one.
  const headers = { accept: 'text/plain;version=0.0.4', 'accept-encoding': 'identity' };
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  get(url, { agent: false, headers, signal }, resolve).on('error', reject);
  return promise;
}

async function readText(answer: IncomingMessage): Promise<string> {
  const { statusCode, headers } = answer;
  if (statusCode !== 200 || headers['content-encoding'] !== undefined) {
    answer.destroy();
    throw new UnusableAnswerError(`the bot answered with status ${statusCode}`);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of answer) {
    bytes += chunk.byteLength;
    if (bytes > answerBytesMax)
      throw new UnusableAnswerError(`the bot's answer is over ${answerBytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

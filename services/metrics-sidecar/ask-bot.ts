/**
 * Fetches the bot's metrics once, as families.
 *
 * Guarantees: rejects an answer that is too large, has another status or is malformed, in bounded memory; the bot
 * cannot use the sidecar's own metric names. Does not guarantee to end by itself: pass a signal.
 */
import { type Family, parseExposition } from './exposition.ts';

/** About twenty times a usual answer. */
const answerBytesMax = 1024 * 1024;

export class UnusableAnswerError extends Error {
  readonly code = 'BOT_ANSWER_UNUSABLE';
}

export async function askBot(url: string, signal: AbortSignal, reserved: string): Promise<readonly Family[]> {
  const response = await fetch(url, {
    signal,
    redirect: 'error',
    // No compression: a small answer cannot unpack into a large one.
    headers: { accept: 'text/plain;version=0.0.4', 'accept-encoding': 'identity' },
  });
  if (!response.ok || response.headers.has('content-encoding')) {
    await response.body?.cancel();
    throw new UnusableAnswerError(`the bot answered with status ${response.status}`);
  }
  const families = parseExposition(await readText(response));
  const foreign = families.find(({ name }) => name.startsWith(reserved));
  if (foreign !== undefined) throw new UnusableAnswerError(`the bot used the sidecar's name ${foreign.name}`);
  return families;
}

async function readText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > answerBytesMax)
      throw new UnusableAnswerError(`the bot's answer is over ${answerBytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

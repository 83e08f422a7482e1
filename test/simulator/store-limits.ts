/** What a store refuses because it is too big, as it counts: what travels, so escaped in a request, in base64 in an answer. */
import type { ScriptReply } from '../../services/adapters/redis/lua-scripts.ts';

export const bytesMax = 1_048_576;
/** No character takes more. Most requests are so short that this is all that has to be known. */
const bytesPerCharacterMax = 6;

export function requestBytes(args: readonly string[]): number {
  const atMost = args.reduce((sum, arg) => sum + arg.length * bytesPerCharacterMax, 0);
  return atMost <= bytesMax ? atMost : Buffer.byteLength(JSON.stringify(args));
}

export function answerBytes(reply: ScriptReply): number {
  if (typeof reply === 'string') return 4 * Math.ceil(Buffer.byteLength(reply) / 3);
  return Array.isArray(reply)
    ? reply.reduce((sum: number, one: ScriptReply) => sum + answerBytes(one), 0)
    : 0;
}

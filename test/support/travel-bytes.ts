/** How many bytes an answer of the store takes on its way, in the encoding that the client asks for: base64. */
import type { ScriptReply } from '../../services/adapters/redis/lua-scripts.ts';

export function travelBytes(reply: ScriptReply): number {
  return Buffer.byteLength(JSON.stringify({ result: encoded(reply) }));
}

function encoded(reply: ScriptReply): ScriptReply {
  if (typeof reply === 'string') return Buffer.from(reply).toString('base64');
  return Array.isArray(reply) ? reply.map(encoded) : reply;
}

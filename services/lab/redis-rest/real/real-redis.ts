/**
 * A real redis-server behind the REST server.
 *
 * Guarantees: commands share one connection, which is made again after a loss (open commands fail and are not repeated);
 * every listener has a connection of its own; transactions are sent in one piece, so that no other command comes between
 * MULTI and EXEC.
 */
import type { Backend, Topic, TopicListener } from '../backend.ts';
import type { Bytes } from '../store/bytes.ts';
import { RedisError, type Reply, StatusReply } from '../store/reply.ts';
import { RedisConnection } from './connection.ts';

export function realRedis(socketPath: string): Backend {
  let shared: RedisConnection | undefined;
  const listening = new Set<RedisConnection>();
  const connection = (): RedisConnection => {
    if (shared === undefined || shared.isEnded) shared = new RedisConnection(socketPath);
    return shared;
  };
  return {
    async execute(command) {
      const [reply] = await connection().send([command]);
      return reply ?? null;
    },
    async transact(commands) {
      const replies = await connection().send([['MULTI'], ...commands, ['EXEC']]);
      const last = replies.at(-1);
      if (Array.isArray(last) || last instanceof RedisError) return last;
      throw new Error('EXEC answered neither with a list nor with an error');
    },
    listen(topic, listener) {
      const stream = openStream(socketPath, topic, listener);
      listening.add(stream.connection);
      return () => {
        listening.delete(stream.connection);
        stream.stop();
      };
    },
    async close() {
      shared?.close();
      for (const one of listening) one.close();
    },
  };
}

function openStream(
  socketPath: string,
  topic: Topic,
  listener: TopicListener,
): { connection: RedisConnection; stop(): void } {
  let stopped = false;
  const tell = (reply: Reply): void => {
    if (!stopped) listener.onEvent(eventText(reply));
  };
  const connection = new RedisConnection(socketPath, {
    onPush: tell,
    onEnd: () => {
      if (!stopped) listener.onEnd();
    },
  });
  const command: readonly Bytes[] = topic.kind === 'monitor' ? ['MONITOR'] : [topic.kind, ...topic.names];
  connection.post(command);
  return {
    connection,
    stop() {
      stopped = true;
      connection.close();
    },
  };
}

function eventText(reply: Reply): Bytes {
  if (Array.isArray(reply)) return reply.map(eventText).join(',');
  if (reply instanceof StatusReply) return reply.text;
  return reply instanceof RedisError ? reply.message : String(reply ?? '');
}

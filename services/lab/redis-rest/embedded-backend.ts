/**
 * The embedded store behind the REST server.
 *
 * Tested by: test/lab/redis-rest/rest-http.test.ts
 */
import type { Backend, Topic, TopicListener } from './backend.ts';
import type { EmbeddedStore } from './embedded-store.ts';
import type { Bytes } from './store/bytes.ts';

export function embeddedBackend(store: EmbeddedStore): Backend {
  return {
    execute: async (command) => store.executeBytes(command),
    transact: async (commands) => store.transactBytes(commands),
    listen: (topic, listener) => listen(store, topic, listener),
    close: async () => store.reset(),
  };
}

function listen(store: EmbeddedStore, topic: Topic, { onEvent }: TopicListener): () => void {
  if (topic.kind === 'monitor') {
    onEvent('OK');
    return store.monitor((command, atMs) => onEvent(monitorLine(command, atMs)));
  }
  const stops = topic.names.map((name, index) => {
    onEvent(`${topic.kind},${name},${index + 1}`);
    return topic.kind === 'subscribe'
      ? store.subscribeBytes(name, (message, channel) => onEvent(`message,${channel},${message}`))
      : store.subscribeToPatternBytes(name, (message, channel) =>
          onEvent(`pmessage,${name},${channel},${message}`),
        );
  });
  return () => {
    for (const stop of stops) stop();
  };
}

/** As MONITOR writes it: the time in seconds, the database and the client, and the quoted words. */
function monitorLine(command: readonly Bytes[], atMs: number): Bytes {
  const words = command.map((word) => `"${word.replace(/[\\"]/g, '\\$&').replace(/[^ -~]/g, escapeByte)}"`);
  return `${(atMs / 1000).toFixed(6)} [0 embedded] ${words.join(' ')}`;
}

function escapeByte(byte: string): string {
  if (byte === '\n') return '\\n';
  if (byte === '\r') return '\\r';
  if (byte === '\t') return '\\t';
  return `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

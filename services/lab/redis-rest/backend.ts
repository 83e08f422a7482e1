/** What the REST server needs from a store. Everything is in byte strings (`store/bytes.ts`). */
import type { Bytes } from './store/bytes.ts';
import type { RedisError, Reply } from './store/reply.ts';

/** What a client listens to. */
export type Topic =
  | { readonly kind: 'subscribe' | 'psubscribe'; readonly names: readonly Bytes[] }
  | { readonly kind: 'monitor' };

export interface TopicListener {
  /** `subscribe,chat,1`, `message,chat,hello`, `pmessage,c*,chat,hello`, or a line of MONITOR. */
  onEvent(event: Bytes): void;
  /** The store has ended it; not called after the listener's own `stop`. */
  onEnd(): void;
}

export interface Backend {
  /** Answers with the command's error as a value. Rejects if the store cannot be reached. */
  execute(command: readonly Bytes[]): Promise<Reply>;
  /** MULTI … EXEC: atomic; returns an error if none of it was run. */
  transact(commands: readonly (readonly Bytes[])[]): Promise<RedisError | Reply[]>;
  /** Returns `stop`. */
  listen(topic: Topic, listener: TopicListener): () => void;
  close(): Promise<void>;
}

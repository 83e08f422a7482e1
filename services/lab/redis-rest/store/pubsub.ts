/**
 * Channels and their listeners.
 *
 * A message reaches its listeners, synchronously and in order, only after the command, script or transaction that published
 * it has ended, so a listener may use the store. An error of a listener goes to the caller of that command.
 *
 * Tested by: test/lab/redis-rest/embedded-store.test.ts
 */
import type { Bytes } from './bytes.ts';
import { globMatcher } from './glob.ts';

export type MessageListener = (message: Bytes, channel: Bytes) => void;

interface Subscription {
  readonly matches: (channel: Bytes) => boolean;
  readonly listener: MessageListener;
}

export class PubSub {
  private readonly subscriptions = new Set<Subscription>();
  private readonly pending: { subscription: Subscription; channel: Bytes; message: Bytes }[] = [];
  private delivering = false;

  subscribe(channel: Bytes, listener: MessageListener): () => void {
    return this.add({ matches: (candidate) => candidate === channel, listener });
  }

  subscribeToPattern(pattern: Bytes, listener: MessageListener): () => void {
    return this.add({ matches: globMatcher(pattern), listener });
  }

  /** Returns the number of listeners. */
  publish(channel: Bytes, message: Bytes): number {
    let receivers = 0;
    for (const subscription of this.subscriptions) {
      if (!subscription.matches(channel)) continue;
      receivers += 1;
      this.pending.push({ subscription, channel, message });
    }
    return receivers;
  }

  /** To be called after each command. */
  deliver(): void {
    if (this.pending.length === 0 || this.delivering) return;
    this.delivering = true;
    try {
      for (let next = this.pending.shift(); next !== undefined; next = this.pending.shift()) {
        if (this.subscriptions.has(next.subscription)) next.subscription.listener(next.message, next.channel);
      }
    } finally {
      this.delivering = false;
    }
  }

  clear(): void {
    this.subscriptions.clear();
    this.pending.length = 0;
  }

  private add(subscription: Subscription): () => void {
    this.subscriptions.add(subscription);
    return () => {
      this.subscriptions.delete(subscription);
    };
  }
}

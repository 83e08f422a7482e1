/**
 * The consumers' heartbeats in Redis, as others read them. A heartbeat of another form is skipped.
 *
 * Tested by: test/adapters/redis/queue/queue-store.test.ts
 */
import type { StoreKeys } from '../../../core/platform/store-keys.ts';
import type { SeenConsumer, SeenConsumers } from '../../../core/queue/queue-watch.ts';
import { luaScript, type ScriptRunner } from '../lua-scripts.ts';
import { unexpected } from '../script-replies.ts';

const script = luaScript('queue/read-consumers-1');

export function redisSeenConsumers(runner: ScriptRunner, { handlerBeats }: StoreKeys): SeenConsumers {
  return {
    async list() {
      const reply = await runner.run(script, [handlerBeats], []);
      const [now, entries] = Array.isArray(reply) ? reply : [];
      if (!Array.isArray(entries)) throw unexpected(reply);
      const consumers: SeenConsumer[] = [];
      for (let i = 0; i + 1 < entries.length; i += 2) {
        const seen = readBeat(String(entries[i]), String(entries[i + 1]), Number(now));
        if (seen !== undefined) consumers.push(seen);
      }
      return consumers.sort((a, b) => (a.consumer < b.consumer ? -1 : 1));
    },
  };
}

function readBeat(consumer: string, entry: string, nowMs: number): SeenConsumer | undefined {
  const [, atMs, json = ''] = /^(\d{1,15}) (\{.*)$/s.exec(entry) ?? [];
  if (atMs === undefined) return undefined;
  const { version, lag_ms: lagMs, running, held } = readJson(json);
  return {
    consumer,
    version: String(version),
    ageMs: Math.max(0, nowMs - Number(atMs)),
    lagMs: countOf(lagMs),
    running: countOf(running),
    held: countOf(held),
  };
}

function countOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

function readJson(json: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(json) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}

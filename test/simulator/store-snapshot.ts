/** The whole store at one moment, to put back later: a fail-over to a replica that had not received the last writes. */
import type { EmbeddedStore, StatusReply } from '../../services/lab/redis-rest/embedded-store.ts';

interface SavedKey {
  readonly key: string;
  /** The commands that make it anew. */
  readonly commands: readonly (readonly string[])[];
  readonly ttlMs: number;
}

export interface StoreSnapshot {
  readonly keys: readonly SavedKey[];
}

export function takeSnapshot(store: EmbeddedStore): StoreSnapshot {
  const keys = (store.execute(['KEYS', '*']) as string[]).map((key) => ({
    key,
    commands: commandsFor(store, key),
    ttlMs: Number(store.execute(['PTTL', key])),
  }));
  return { keys };
}

/** Time went on: what has expired since is not put back. */
export function putBack(store: EmbeddedStore, { keys }: StoreSnapshot, ageMs: number): void {
  store.execute(['FLUSHALL']);
  for (const { key, commands, ttlMs } of keys) {
    if (ttlMs >= 0 && ttlMs <= ageMs) continue;
    for (const command of commands) store.execute(command);
    if (ttlMs >= 0) store.execute(['PEXPIRE', key, String(Math.ceil(ttlMs - ageMs))]);
  }
}

function commandsFor(store: EmbeddedStore, key: string): readonly (readonly string[])[] {
  const { text: type } = store.execute(['TYPE', key]) as StatusReply;
  if (type === 'string') return [['SET', key, String(store.execute(['GET', key]))]];
  if (type === 'hash') return [['HSET', key, ...(store.execute(['HGETALL', key]) as string[])]];
  if (type === 'stream') {
    const entries = store.execute(['XRANGE', key, '-', '+']) as [string, string[]][];
    return entries.map(([id, fields]) => ['XADD', key, id, ...fields]);
  }
  throw new Error(`no snapshot of ${key}, which is a ${type}`);
}

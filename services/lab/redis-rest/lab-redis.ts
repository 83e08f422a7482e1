/**
 * The lab's Redis as one piece: the REST server in front of a real redis-server if there is one, else of the embedded
 * store.
 *
 * Tested by: test/lab/redis-rest/main.test.ts
 */
import type { Clock } from '../../core/platform/clock.ts';
import type { Backend } from './backend.ts';
import { embeddedBackend } from './embedded-backend.ts';
import { createEmbeddedStore } from './embedded-store.ts';
import { realRedis } from './real/real-redis.ts';
import { startRedisServer } from './redis-server-process.ts';
import { type RestServer, startRestServer } from './rest-server.ts';

export interface LabRedisOptions {
  readonly port: number;
  readonly tokens: readonly string[];
  /** The path of redis-server; without it, the embedded store is used. */
  readonly redisServerPath: string | undefined;
  readonly clock: Clock;
}

export interface LabRedis {
  readonly rest: RestServer;
  readonly store: 'redis-server' | 'embedded';
  /** Resolves only if the redis-server ended unasked. */
  readonly storeLost: Promise<void>;
  stop(): Promise<void>;
}

/** Leaves nothing behind if it throws (`EADDRINUSE` for a busy port). */
export async function startLabRedis(options: LabRedisOptions): Promise<LabRedis> {
  const store = await startStore(options);
  let stopping = false;
  try {
    const rest = await startRestServer({
      backend: store.backend,
      tokens: options.tokens,
      port: options.port,
    });
    return {
      rest,
      store: store.kind,
      storeLost: new Promise((resolve) => {
        store.ended.then(() => {
          if (!stopping) resolve();
        });
      }),
      async stop() {
        stopping = true;
        await rest.stop();
        await store.stop();
      },
    };
  } catch (error) {
    await store.stop();
    throw error;
  }
}

interface StartedStore {
  readonly kind: LabRedis['store'];
  readonly backend: Backend;
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

async function startStore({ redisServerPath, clock }: LabRedisOptions): Promise<StartedStore> {
  if (redisServerPath === undefined) {
    const backend = embeddedBackend(await createEmbeddedStore({ nowMs: () => clock.wallMs() }));
    return { kind: 'embedded', backend, ended: new Promise(() => undefined), stop: () => backend.close() };
  }
  const server = await startRedisServer(redisServerPath, clock);
  const backend = realRedis(server.socketPath);
  return {
    kind: 'redis-server',
    backend,
    ended: server.ended,
    async stop() {
      await backend.close();
      await server.stop();
    },
  };
}

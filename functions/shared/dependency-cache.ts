/**
 * What both functions are made of, kept between invocations until the secret that it came from may be another.
 *
 * Guarantees: the invocation after one whose token Telegram rejected, or whose store failed, makes everything anew out
 * of the secret as it then is; so a changed secret needs no deploy. Any failure of the store counts, because its
 * address stands in the secret as well.
 * Does not notice a change while the old values still work, and costs the invocation that meets the refusal.
 */

import { composeDependencies, type Dependencies, type Seams } from '../../services/adapters/dependencies.ts';
import { withSecrets } from '../../services/adapters/secrets.ts';
import { memoizeAsync } from '../../services/core/platform/memoize-async.ts';
import { StoreRefusedError, StoreUnreachableError } from '../../services/core/platform/store-errors.ts';
import { isTokenRejection } from '../../services/core/platform/token-rejection.ts';
import type { Environment } from '../../services/core/settings/variable-reader.ts';

type Hear = (error: unknown) => void;

export function dependencyCache(
  name: string,
  environment: Environment,
  seams: Seams,
): () => Promise<Dependencies> {
  const forget: Hear = (error) => {
    if (mayBeTheSecret(error)) parts = make();
  };
  const make = () =>
    memoizeAsync(async () =>
      listening(composeDependencies(name, await withSecrets(environment), seams), forget),
    );
  let parts = make();
  return () => parts();
}

function mayBeTheSecret(error: unknown): boolean {
  return (
    isTokenRejection(error) || error instanceof StoreRefusedError || error instanceof StoreUnreachableError
  );
}

function listening({ settings, ports, linkMaker }: Dependencies, hear: Hear): Dependencies {
  return {
    settings,
    linkMaker: linkMaker && { ...linkMaker, store: heard(linkMaker.store, hear) },
    ports: {
      ...ports,
      outages: heard(ports.outages, hear),
      inbox: heard(ports.inbox, hear),
      audit: heard(ports.audit, hear),
      lock: heard(ports.lock, hear),
      telegram: heard(ports.telegram, hear),
    },
  };
}

/** The same port, all of whose methods are asynchronous; what they reject with is heard. */
function heard<Port extends object>(port: Port, hear: Hear): Port {
  const methods = Object.entries(port).map(([name, method]) => {
    const call = async (...args: readonly unknown[]): Promise<unknown> => {
      try {
        return await method(...args);
      } catch (error) {
        hear(error);
        throw error;
      }
    };
    return [name, call];
  });
  return Object.fromEntries(methods) as Port;
}

/**
 * The dependencies of a function, cached across invocations; rebuilt when the secret may have changed.
 *
 * Guarantees: if Telegram rejects the token or the store fails, the next invocation reads the secret again and rebuilds
 * everything, so a changed secret needs no deploy. Any failure of the store counts, because the secret also holds the
 * store's address.
 * Does not notice a change while the old values still work; the invocation that meets the refusal fails.
 */

import type { Dependencies, Seams } from '../../services/adapters/dependencies.ts';
import { obeyProxy } from '../../services/adapters/proxy.ts';
import { withSecrets } from '../../services/adapters/secrets.ts';
import { memoizeAsync } from '../../services/core/platform/memoize-async.ts';
import { StoreRefusedError, StoreUnreachableError } from '../../services/core/platform/store-errors.ts';
import { isTokenRejection } from '../../services/core/platform/token-rejection.ts';
import type { Environment } from '../../services/core/settings/variable-reader.ts';

type OnError = (error: unknown) => void;

type Compose<Deps> = (name: string, environment: Environment, seams: Seams) => Deps;

export function dependencyCache<Deps extends Dependencies>(
  composeDeps: Compose<Deps>,
  name: string,
  environment: Environment,
  seams: Seams,
): () => Promise<Deps> {
  const onError: OnError = (error) => {
    if (isSecretSuspect(error)) cached = compose();
  };
  const compose = () =>
    memoizeAsync(async () => {
      obeyProxy(environment);
      return watched(composeDeps(name, await withSecrets(environment), seams), onError);
    });
  let cached = compose();
  return () => cached();
}

function isSecretSuspect(error: unknown): boolean {
  return (
    isTokenRejection(error) || error instanceof StoreRefusedError || error instanceof StoreUnreachableError
  );
}

/** The same dependencies; `onError` is called with each error of a port that uses the secret. */
function watched<Deps extends Dependencies>(dependencies: Deps, onError: OnError): Deps {
  const { ports, oneTapLinks } = dependencies;
  return {
    ...dependencies,
    oneTapLinks: oneTapLinks && { ...oneTapLinks, store: watchedPort(oneTapLinks.store, onError) },
    ports: {
      ...ports,
      outages: watchedPort(ports.outages, onError),
      inbox: watchedPort(ports.inbox, onError),
      audit: watchedPort(ports.audit, onError),
      lock: watchedPort(ports.lock, onError),
      telegram: watchedPort(ports.telegram, onError),
    },
  };
}

/** The same port, whose methods are all asynchronous; `onError` is called with what they reject with. */
function watchedPort<Port extends object>(port: Port, onError: OnError): Port {
  const methods = Object.entries(port).map(([name, method]) => {
    const call = async (...args: readonly unknown[]): Promise<unknown> => {
      try {
        return await method(...args);
      } catch (error) {
        onError(error);
        throw error;
      }
    };
    return [name, call];
  });
  return Object.fromEntries(methods) as Port;
}

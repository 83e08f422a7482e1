/**
 * A port of the store whose calls are repeated once if no usable answer came: one lost answer, reset or 502 is no
 * failure. Every call must be safe to repeat.
 */
import { StoreUnreachableError } from './store-errors.ts';

/** The same port, whose methods are all asynchronous. Without time for it, nothing is repeated. */
export function repeatOnce<Port extends object>(port: Port, hasTime: () => boolean): Port {
  const methods = Object.entries(port).map(([name, method]) => {
    const call = async (...args: readonly unknown[]): Promise<unknown> => {
      try {
        return await method(...args);
      } catch (error) {
        if (!(error instanceof StoreUnreachableError) || !hasTime()) throw error;
        return method(...args);
      }
    };
    return [name, call];
  });
  return Object.fromEntries(methods) as Port;
}

/**
 * What leaves every `try`: an exception thrown from a timer or an `error` event, a rejected promise that nothing
 * handles, and Node's own warnings. Each becomes one JSON line of the log, so no token reaches stderr.
 *
 * Guarantees: an uncaught exception is logged and then ends the process, because its state is unknown. A rejected
 * promise and a warning end nothing.
 * Does not guarantee: a line for what happens before it is called, or for a crash of Node itself.
 * Tested by: test/bot/failing-handlers.test.ts
 */
import type { Logger } from '../core/platform/logger.ts';

/** Call once per process; `exit` ends it as a bug. */
export function logProcessFaults(logger: Logger, exit: () => never): void {
  process.on('uncaughtException', (error) => {
    try {
      logger.error('the process ends by an uncaught exception', { error });
    } finally {
      exit();
    }
  });
  process.on('unhandledRejection', (error) => logger.error('unhandled promise rejection', { error }));
  // Node's own listener writes warnings to stderr as they are.
  process.removeAllListeners('warning');
  process.on('warning', (warning) => logger.warn('a warning of the process', { error: warning }));
}

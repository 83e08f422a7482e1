/** Why a module for `BOT_HANDLERS` cannot be used. */
import type { Problem } from '../../core/settings/variable-reader.ts';

/** The message is one line for the operator who set `BOT_HANDLERS`. */
export class HandlersError extends Error {
  readonly code = 'BOT_HANDLERS';

  constructor({ expected, got, fix }: Problem, cause?: unknown) {
    super(`BOT_HANDLERS: expected ${expected}, got ${got}; ${fix}`, { cause });
    this.name = 'HandlersError';
  }
}

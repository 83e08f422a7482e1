/** Where any process raises a warning. The monitor delivers it within a minute or two. */
import type { Warning } from './warnings.ts';

export interface WarningStore {
  /**
   * Raises a warning for every superadmin; false if its throttle rule forbids it. One script, safe to repeat.
   * Rejects with an error of `core/platform/store-errors.ts`.
   */
  raise(warning: Warning): Promise<boolean>;
}

/** Where notices are raised: by whoever notices something. The monitor delivers them within a minute or two. */
import type { Warning } from './warnings.ts';

export interface WarningStore {
  /**
   * Raises a notice for every superadmin; false when the rule of its kind forbids it. One script, safe to repeat.
   * Rejects with an error of `core/store-errors.ts`.
   */
  raise(notice: Warning): Promise<boolean>;
}

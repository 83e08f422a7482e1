/** Where notices are raised: by whoever notices something. The monitor delivers them within a minute or two. */
import type { NewNotice } from './notices.ts';

export interface NoticeStore {
  /**
   * Raises a notice for every superadmin; false when the rule of its kind forbids it. One script, safe to repeat.
   * Rejects with an error of `core/store-errors.ts`.
   */
  raise(notice: NewNotice): Promise<boolean>;
}

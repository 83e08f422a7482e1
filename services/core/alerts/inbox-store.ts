/** The in-app inbox of each superadmin: newest first, capped, each entry once. */
import type { InboxEntry } from './inbox-entry.ts';

export interface InboxStore {
  /** False if the inbox has an entry with this id. */
  push(telegramId: string, entry: InboxEntry): Promise<boolean>;
  /** Skips the `skip` newest entries and answers the next `count`, without foreign values. */
  list(telegramId: string, page: { readonly skip: number; readonly count: number }): Promise<InboxPage>;
  /** Marks these entries, or all without ids; answers how many were unread. */
  markRead(telegramId: string, ids?: readonly string[]): Promise<number>;
}

interface InboxPage {
  readonly entries: readonly InboxEntry[];
  /** The number of entries in the whole inbox. */
  readonly total: number;
}

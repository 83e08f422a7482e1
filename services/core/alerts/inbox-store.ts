/** The in-app inbox of each superadmin: newest first, capped, each notification once. */
import type { InboxEntry } from './inbox-entry.ts';

export interface InboxStore {
  /** False when a notification with this id is there already. */
  push(telegramId: string, notification: InboxEntry): Promise<boolean>;
  /** `count` notifications from the newest but `skip` on; entries of strangers are left out. */
  list(telegramId: string, page: { readonly skip: number; readonly count: number }): Promise<InboxPage>;
  /** Marks these, or all when no ids are given; answers how many were unread. */
  markRead(telegramId: string, ids?: readonly string[]): Promise<number>;
}

interface InboxPage {
  readonly entries: readonly InboxEntry[];
  /** How many entries the whole inbox has. */
  readonly total: number;
}

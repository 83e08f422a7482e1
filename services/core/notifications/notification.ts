/**
 * A notification: what a superadmin is told, in whatever channel.
 *
 * The inbox entry's keys and their order are fixed: other programs read the list, and the store's scripts
 * recognise an entry by how it begins (its id) and its state by how it ends (`read`).
 */
export const notificationType = 'SYSTEM_MAINTENANCE';
const notificationPriorities = ['URGENT', 'NORMAL'] as const;
export type NotificationPriority = (typeof notificationPriorities)[number];

export interface Notification {
  /** The same for every attempt to tell it, so that it is stored once. */
  readonly id: string;
  readonly type: string;
  readonly priority: NotificationPriority;
  readonly title: string;
  readonly text: string;
  /** ISO 8601 UTC. */
  readonly ts: string;
  readonly read: boolean;
}

export function inboxEntry({ id, type, priority, title, text, ts, read }: Notification): string {
  return JSON.stringify({ id, type, priority, title, text, ts, read });
}

/** How the entry with this id begins. */
export function inboxEntryStart(id: string): string {
  return `{"id":${JSON.stringify(id)},`;
}

/** Undefined for a value that no notification looks like; the list may hold what strangers wrote. */
export function readInboxEntry(raw: string): Notification | undefined {
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { id, type, priority, title, text, ts, read } = value as Readonly<Record<string, unknown>>;
  if (typeof id !== 'string' || typeof title !== 'string' || typeof text !== 'string') return undefined;
  return {
    id,
    type: typeof type === 'string' ? type : notificationType,
    priority: notificationPriorities.find((known) => known === priority) ?? 'NORMAL',
    title,
    text,
    ts: typeof ts === 'string' ? ts : '',
    read: read === true,
  };
}

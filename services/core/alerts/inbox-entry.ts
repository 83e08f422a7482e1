/**
 * A notification: what a superadmin is told, in whatever channel.
 *
 * The inbox entry's keys and their order are fixed: other programs read the list, and the store's scripts
 * recognise an entry by how it begins (its id) and its state by how it ends (`read`).
 */
export const alertType = 'SYSTEM_MAINTENANCE';
const alertPriorities = ['URGENT', 'NORMAL'] as const;
export type AlertPriority = (typeof alertPriorities)[number];

export interface InboxEntry {
  /** The same for every attempt to tell it, so that it is stored once. */
  readonly id: string;
  readonly type: string;
  readonly priority: AlertPriority;
  readonly title: string;
  readonly text: string;
  /** ISO 8601 UTC. */
  readonly ts: string;
  readonly read: boolean;
}

export function inboxEntryJson({ id, type, priority, title, text, ts, read }: InboxEntry): string {
  return JSON.stringify({ id, type, priority, title, text, ts, read });
}

/** How the entry with this id begins. */
export function inboxEntryStart(id: string): string {
  return `{"id":${JSON.stringify(id)},`;
}

/** Undefined for a value that no notification looks like; the list may hold what strangers wrote. */
export function readInboxEntry(raw: string): InboxEntry | undefined {
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
    type: typeof type === 'string' ? type : alertType,
    priority: alertPriorities.find((known) => known === priority) ?? 'NORMAL',
    title,
    text,
    ts: typeof ts === 'string' ? ts : '',
    read: read === true,
  };
}

/**
 * An inbox entry: one message to a superadmin. Every channel sends its title and text; the in-app inbox stores all of it.
 *
 * The keys and their order are fixed: other programs read the list, and the store's scripts recognise an entry by its
 * start (the id) and its state by its end (`read`).
 */
export const alertType = 'SYSTEM_MAINTENANCE';
const alertPriorities = ['URGENT', 'NORMAL'] as const;
export type AlertPriority = (typeof alertPriorities)[number];

export interface InboxEntry {
  /** The same for every attempt, so that the entry is stored once. */
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

/** The start of the stored entry with this id. */
export function inboxEntryStart(id: string): string {
  return `{"id":${JSON.stringify(id)},`;
}

/** Undefined for a foreign value: other programs may have written to the list. */
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

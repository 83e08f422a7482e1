/**
 * What the control room reads by requests, for all pages together. A part that cannot be read says why, and the others
 * are still there.
 *
 * Tested by: test/lab/lab.test.ts
 */
import type { InboxEntry } from '../../core/alerts/inbox-entry.ts';
import type { BotObservation } from '../../core/monitor/outage-store.ts';
import { probeQueue, type QueueFacts } from '../../core/outage/queue-trouble.ts';
import type { StoredAuditEntry } from '../../core/platform/audit-trail.ts';
import { superadmins } from '../chats/people.ts';
import type { Lab } from '../lab.ts';

export interface InboxSection {
  readonly [telegramId: string]: { readonly total: number; readonly notifications: readonly InboxEntry[] };
}

export interface StoreReading {
  readonly atMs: number;
  readonly observation: Attempt<BotObservation>;
  readonly inbox: Attempt<InboxSection>;
  readonly audit: Attempt<readonly StoredAuditEntry[]>;
  readonly journal: Attempt<number>;
  readonly queue: Attempt<QueueFacts | undefined>;
}

const inboxShown = 20;
const auditShown = 60;

export async function readStore(lab: Lab): Promise<StoreReading> {
  const [observation, inbox, audit, journal, queue] = await Promise.all([
    attempt(() => lab.outages.observe({ noteRun: false })),
    attempt(() => readInboxes(lab)),
    attempt(() => lab.audit.latest(auditShown)),
    attempt(() => lab.journalSize()),
    attempt(() => probeQueue(lab.queue?.watch)),
  ]);
  const atMs = observation.value?.nowMs ?? lab.clock.wallMs();
  return { atMs, observation, inbox, audit, journal, queue };
}

type Attempt<T> =
  | { readonly value: T; readonly error: null }
  | { readonly value: null; readonly error: string };

async function attempt<T>(read: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await read(), error: null };
  } catch (error) {
    return { value: null, error: error instanceof Error ? error.message : String(error) };
  }
}

async function readInboxes({ inbox }: Lab): Promise<InboxSection> {
  const pages = superadmins.map(async ({ id }) => {
    const { entries: notifications, total } = await inbox.list(String(id), { skip: 0, count: inboxShown });
    return [String(id), { total, notifications }] as const;
  });
  return Object.fromEntries(await Promise.all(pages));
}

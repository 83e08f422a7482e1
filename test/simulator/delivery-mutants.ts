/** Mutants of the polling session and its journal. The simulator must catch every one. */
import { writeLine } from '../../services/adapters/redis/journal/journal-line.ts';
import { Fetcher } from '../../services/core/updates/fetcher.ts';
import type { ReceivedUpdate } from '../../services/core/updates/handler-run.ts';
import type { JournalEntry, JournalPiece } from '../../services/core/updates/journal.ts';
import { Lanes } from '../../services/core/updates/lanes.ts';
import { PollingSession } from '../../services/core/updates/polling-session.ts';
import { TermJournal } from '../../services/core/updates/term-journal.ts';
import { UpdateLedger } from '../../services/core/updates/update-ledger.ts';
import { type Mutant, methodMutant, scriptMutant } from './mutant.ts';

interface FetcherInside {
  offset: number | undefined;
  lastId: number | undefined;
}

const openJournal = TermJournal.prototype.open;
const addToLane = Lanes.prototype.add as (received: ReceivedUpdate) => void;

export const deliveryMutants: readonly Mutant[] = [
  methodMutant('confirms updates that are neither handled nor journaled', PollingSession.prototype, {
    async settleBatch() {},
  }),
  methodMutant('each update has its own lane', Lanes.prototype, {
    add(this: Lanes<ReceivedUpdate>, received: ReceivedUpdate) {
      addToLane.call(this, Object.assign(received, { lane: String(received.update.update_id) }));
    },
  }),
  scriptMutant('attempts are not counted', 'journal/begin-attempts-3', [
    "'^(%d+) (%d+) (.*)$')",
    "'^(%d+) (%d+) (.*)$')\nattempt = '1'",
  ]),
  scriptMutant('the journal is written without the lock', 'journal/write-journal-3', [
    "redis.call('GET', KEYS[1]) ~= ARGV[1]",
    'false',
  ]),
  methodMutant('updates that a stop could not confirm are forgotten', UpdateLedger.prototype, {
    tombstones: () => [],
  }),
  methodMutant('finished entries stay in the journal', UpdateLedger.prototype, {
    removable: () => [],
  }),
  scriptMutant('dead letters are forgotten at once', 'journal/begin-attempts-3', [
    'mark_ended(id)\n    return 0',
    "redis.call('HDEL', KEYS[2], id)\n    return 0",
  ]),
  {
    name: 'the journal is written in one request, however long',
    install: () => () => {},
    mutation: {
      wrapJournal: (journal) => ({
        ...journal,
        split: (entries) => ({ pieces: [inOnePiece(entries)], tooBig: [] }),
      }),
    },
  },
  scriptMutant('the journal is read in one answer, however long', 'journal/open-journal-3', [
    'tonumber(ARGV[4]) - bytes',
    '1e9',
  ]),
  methodMutant('the offset never goes down', Fetcher.prototype, {
    accept(this: FetcherInside, lastId: number) {
      this.lastId = lastId;
      this.offset = Math.max(this.offset ?? 0, lastId + 1);
    },
  }),
  methodMutant('a replay is in the order of the ids', TermJournal.prototype, {
    async open(this: TermJournal, stop: AbortSignal) {
      const opened = await openJournal.call(this, stop);
      return opened && { ...opened, entries: opened.entries.toSorted(byId) };
    },
  }),
  methodMutant('what has ended is removed although Telegram may deliver it again', UpdateLedger.prototype, {
    mayBeRedelivered: () => false,
  }),
  {
    name: 'what an operator put back is removed with what has ended',
    install: () => () => {},
    mutation: {
      sourceOf: ({ source }) => source.replace("not string.find(entry, '^0 ')", 'true'),
    },
  },
];

function inOnePiece(entries: readonly JournalEntry[]): JournalPiece {
  return { entries, lines: entries.map(writeLine) };
}

function byId(a: JournalEntry, b: JournalEntry): number {
  return a.update.update_id - b.update.update_id;
}

/**
 * Opening a journal of 20,000 updates of 670 bytes, the most that the default limits leave behind: how long it takes a new
 * leader, and how big the biggest request and answer are.
 */
import { redisUpdateJournal } from '../../../services/adapters/redis/journal/update-journal.ts';
import { upstashStore } from '../../../services/adapters/redis/upstash-store.ts';
import { systemClock } from '../../../services/adapters/system-clock.ts';
import type { JournalEntry } from '../../../services/core/updates/journal.ts';
import { keys, openAs, term } from '../../adapters/redis/journal/journal-fixture.ts';
import { startSizeLimitedStore } from '../../support/size-limited-store.ts';
import { type BenchFixture, storeToken } from '../bench-fixture.ts';
import { figure, type Table } from '../table.ts';

const count = 20_000;
const textBytes = 600;
const timeoutMs = 10_000;

export interface OpenJournal {
  readonly entries: number;
  readonly rounds: readonly number[];
  readonly medianMs: number;
  readonly biggestRequestBytes: number;
  readonly biggestAnswerBytes: number;
}

export async function measureOpenJournal(
  { storeUrl }: BenchFixture,
  { rounds }: { readonly rounds: number },
): Promise<OpenJournal> {
  await using gateway = await startSizeLimitedStore(storeUrl);
  const measured = upstashStore({ url: gateway.url, token: storeToken, timeoutMs });
  const direct = upstashStore({ url: storeUrl, token: storeToken, timeoutMs });
  const journal = redisUpdateJournal(measured, keys);
  await direct.command(['SET', keys.lock, term.value]);
  for (const add of journal.split(entries()).pieces)
    await journal.write(term.value, { add, finishedIds: [] });
  await openAs(journal);
  const tookMs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const startMs = systemClock.monotonicMs();
    const opened = await openAs(redisUpdateJournal(direct, keys));
    tookMs.push(systemClock.monotonicMs() - startMs);
    if (opened.entries.length !== count) throw new Error(`opened ${opened.entries.length} of ${count}`);
  }
  await direct.command(['DEL', keys.lock, keys.journal]);
  return {
    entries: count,
    rounds: tookMs,
    medianMs: tookMs.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0,
    biggestRequestBytes: gateway.biggest.request,
    biggestAnswerBytes: gateway.biggest.answer,
  };
}

function entries(): readonly JournalEntry[] {
  return Array.from({ length: count }, (_, index) => {
    const update_id = 900_000_000 + index;
    const update = { update_id, message: { chat: { id: index }, text: 'x'.repeat(textBytes) } };
    return { update, attempt: 1, countedEpoch: 1, arrivedEpoch: 1, arrivedIndex: index };
  });
}

export function openJournalTable({
  entries,
  medianMs,
  biggestRequestBytes,
  biggestAnswerBytes,
}: OpenJournal): Table {
  return {
    title: 'ours: a new leader opens the journal',
    head: ['updates', 'median ms', 'biggest request, kB', 'biggest answer, kB'],
    rows: [
      [entries, medianMs, biggestRequestBytes / 1000, biggestAnswerBytes / 1000].map((value) =>
        figure(value),
      ),
    ],
  };
}

import { beforeEach, describe, expect, it } from 'vitest';
import type { JournalEntry, JournalPiece } from '../../../services/core/updates/journal.ts';
import type { Update } from '../../../services/core/updates/update.ts';
import { type TrackedUpdate, UpdateLedger } from '../../../services/core/updates/update-ledger.ts';

const epoch = 7;

let ledger: UpdateLedger;
beforeEach(() => {
  ledger = new UpdateLedger(epoch);
});

const update = (id: number, text = 'any'): Update => ({ update_id: id, message: { chat: { id: 1 }, text } });

const inherited = (id: number, attempt: JournalEntry['attempt'] = 1): JournalEntry => ({
  update: update(id),
  attempt,
  countedEpoch: 4,
  arrivedEpoch: 4,
  arrivedIndex: id,
});

function receiveAll(updates: readonly Update[]): readonly TrackedUpdate[] {
  return ledger.receive(ledger.entriesFor(updates, { isReplay: false }), { isReplay: false });
}

function receive(...ids: number[]): readonly TrackedUpdate[] {
  return receiveAll(ids.map((id) => update(id)));
}

function end(...updates: readonly (TrackedUpdate | undefined)[]): void {
  for (const tracked of updates) {
    if (tracked === undefined) throw new Error('there is no such update');
    ledger.handlerStarted(tracked);
    ledger.handlerEnded(tracked);
  }
}

/** The piece that holds these; each line is ten characters long. */
function pieceOf(entries: readonly JournalEntry[]): JournalPiece {
  return { entries, lines: entries.map(() => '0123456789') };
}

function write(entries = ledger.unsettled(), isWritten = true): void {
  ledger.writeEnded(startWrite(entries), { isWritten });
}

function startWrite(entries = ledger.unsettled()): JournalPiece {
  const piece = pieceOf(entries);
  ledger.writeStarted([piece]);
  return piece;
}

const idsOf = (entries: readonly JournalEntry[]): readonly number[] =>
  entries.map(({ update }) => update.update_id);

describe('an update', () => {
  it.each([
    ['its handler waits', () => {}, 1, 100],
    ['its handler runs', ([one]: Batch) => one && ledger.handlerStarted(one), 1, 100],
    ['its handler has ended', ([one]: Batch) => end(one), 0, 101],
    ['it became a dead letter without a run', ([one]: Batch) => one && ledger.handlerEnded(one), 0, 101],
    ['its entry is written', () => write(), 0, 101],
    ['its entry is being written', () => void startWrite(), 1, 100],
    ['its entry is uncertain', () => write(undefined, false), 1, 100],
    [
      'its handler has ended while its entry was being written',
      ([one]: Batch) => {
        const piece = startWrite();
        end(one);
        ledger.writeEnded(piece, { isWritten: true });
      },
      0,
      101,
    ],
  ])('is settled or not by the states of its handler and its entry: %s', (_what, step, unsettled, offset) => {
    step(receive(100));
    expect(ledger.unsettledCount).toBe(unsettled);
    expect(ledger.confirmableOffset(100)).toBe(offset);
  });

  it('is in flight until its handler has ended, even if it is written', () => {
    const batch = receive(100, 101);
    write();
    expect(ledger.inFlight).toBe(2);
    end(batch[0]);
    expect(ledger.inFlight).toBe(1);
  });
});

type Batch = readonly TrackedUpdate[];

describe('the offset to confirm', () => {
  it.each([
    ['all ended', [0, 1, 2], 103],
    ['none ended', [], 100],
    ['the first unsettled', [1, 2], 100],
    ['one in the middle unsettled', [0, 2], 101],
    ['the last unsettled', [0, 1], 102],
  ])('is the id of the first unsettled update, or one past the last: %s', (_what, ended, offset) => {
    const batch = receive(100, 101, 102);
    end(...ended.map((index) => batch[index]));
    expect(ledger.confirmableOffset(102)).toBe(offset);
  });
});

describe('the journal', () => {
  it('gets what is unsettled, in order of arrival', () => {
    const batch = receive(100, 101, 102);
    end(batch[1]);
    expect(ledger.unsettled()).toEqual([
      { update: update(100), attempt: 1, countedEpoch: epoch, arrivedEpoch: epoch, arrivedIndex: 0 },
      { update: update(102), attempt: 1, countedEpoch: epoch, arrivedEpoch: epoch, arrivedIndex: 2 },
    ]);
  });

  it('never hears of an update that ended before it was written', () => {
    end(...receive(100));
    ledger.confirmed(101);
    expect([ledger.unsettled(), ledger.removable(), ledger.tombstones()]).toEqual([[], [], []]);
  });

  it('loses an entry only when its handler has ended and Telegram has confirmed it', () => {
    const batch = receive(100);
    write();
    expect(ledger.removable()).toEqual([]);
    end(...batch);
    expect(ledger.removable()).toEqual([]);
    ledger.confirmed(101);
    expect(ledger.removable()).toEqual([100]);
    ledger.markRemoved([100]);
    expect([ledger.removable(), ledger.journaled]).toEqual([[], 0]);
  });

  it('loses no entry while it is being written', () => {
    const batch = receive(100);
    const piece = startWrite();
    end(...batch);
    ledger.confirmed(101);
    expect(ledger.removable()).toEqual([]);
    ledger.writeEnded(piece, { isWritten: true });
    expect(ledger.removable()).toEqual([100]);
  });

  it.each([
    ['once when its write was answered', [true], 1],
    ['six times when its write failed, which may be carried out later', [false], 6],
    ['six times even if a later write was answered', [false, true], 6],
  ])('asks renewals to remove an entry %s', (_what, writes, removals) => {
    const batch = receive(100);
    for (const isWritten of writes) write(undefined, isWritten);
    end(...batch);
    ledger.confirmed(101);
    for (let sent = 0; sent < removals; sent++) {
      expect(ledger.removable()).toEqual([100]);
      ledger.markRemoved([100], { isRenewal: true });
    }
    expect(ledger.removable()).toEqual([]);
  });

  it('repeats an uncertain removal with renewals, however many other requests remove the entry meanwhile', () => {
    const batch = receive(100);
    write(undefined, false);
    end(...batch);
    ledger.confirmed(101);
    for (let sent = 0; sent < 20; sent++) ledger.markRemoved([100]);
    expect(ledger.removable()).toEqual([100]);
  });

  it('is asked six times as well when the handler ended before the write failed', () => {
    const batch = receive(100);
    const piece = startWrite();
    end(...batch);
    ledger.writeEnded(piece, { isWritten: false });
    ledger.confirmed(101);
    ledger.markRemoved([100], { isRenewal: true });
    expect(ledger.removable()).toEqual([100]);
  });
});

describe('a tombstone', () => {
  it('is due for every ended update of a batch that Telegram has not confirmed', () => {
    const batch = receive(100, 101, 102);
    write([...ledger.unsettled()].slice(0, 1));
    end(batch[0], batch[1]);
    expect(idsOf(ledger.tombstones())).toEqual([101, 100]);
    expect(ledger.tombstones().map(({ attempt }) => attempt)).toEqual(['ended', 'ended']);
    expect(idsOf(ledger.tombstonesToWrite())).toEqual([100]);
  });

  it('is due no more once Telegram has confirmed the batch', () => {
    end(...receive(100));
    ledger.confirmed(101);
    expect(ledger.tombstones()).toEqual([]);
  });

  it('is written once', () => {
    end(...ledger.replay([inherited(100)]));
    expect(idsOf(ledger.tombstonesToWrite())).toEqual([100]);
    ledger.markCounted({ finishedIds: [], tombstoneIds: [100] });
    expect(ledger.tombstonesToWrite()).toEqual([]);
  });

  it.each([
    ['whose write failed', () => write(undefined, false)],
    ['whose write is not answered yet', () => void startWrite()],
    ['that has the id of an earlier one', () => {}],
  ])('is still due after attempts were counted, which makes none of an update %s', (_what, step) => {
    end(...ledger.replay([{ ...inherited(100), update: update(100, 'earlier') }]));
    const batch = receive(100);
    step();
    end(...batch);
    ledger.markCounted({ finishedIds: [], tombstoneIds: [100] });
    expect(ledger.tombstonesToWrite()).toMatchObject([{ update: update(100), attempt: 'ended' }]);
  });

  it('is made of a written entry when the write ends after attempts were counted', () => {
    const batch = receive(100);
    const piece = startWrite();
    end(...batch);
    ledger.markCounted({ finishedIds: [], tombstoneIds: [100] });
    ledger.writeEnded(piece, { isWritten: true });
    expect(idsOf(ledger.tombstonesToWrite())).toEqual([100]);
    ledger.markCounted({ finishedIds: [], tombstoneIds: [100] });
    expect(ledger.tombstonesToWrite()).toEqual([]);
  });

  it('of an earlier leader starts no handler, and goes when Telegram holds nothing below it', () => {
    expect(ledger.replay([inherited(100, 'ended')])).toEqual([]);
    expect(ledger.removable()).toEqual([]);
    ledger.confirmed(100);
    expect(ledger.removable()).toEqual([]);
    ledger.confirmed(101);
    expect(ledger.removable()).toEqual([100]);
  });
});

describe('what an earlier leader journaled', () => {
  it('is replayed in order and settled from the start', () => {
    const replayed = ledger.replay([inherited(100, 2), inherited(101)]);
    expect(replayed).toMatchObject([
      { update: update(100), attempt: 2, isReplay: true, lane: 'chat 1' },
      { update: update(101), attempt: 1, isReplay: true },
    ]);
    expect([ledger.unsettledCount, ledger.journaled, ledger.inFlight]).toEqual([0, 2, 2]);
  });

  it('is not taken in again when Telegram delivers it again, with the same content', () => {
    ledger.replay([inherited(100), inherited(101, 'ended')]);
    const entries = ledger.entriesFor([update(100), update(101), update(102)], { isReplay: false });
    expect(idsOf(entries)).toEqual([102]);
    expect(ledger.hasIdConflict([update(100)])).toBe(false);
  });

  it('is not removed while Telegram may deliver it again', () => {
    const replayed = ledger.replay([inherited(100), inherited(200)]);
    end(...replayed);
    ledger.confirmed(150);
    expect(ledger.removable()).toEqual([100]);
    ledger.confirmed(undefined);
    expect(ledger.removable()).toEqual([100, 200]);
  });

  it('stays while it is part of an unconfirmed batch, even below what was confirmed', () => {
    end(...ledger.replay([inherited(100)]));
    ledger.confirmed(101);
    ledger.entriesFor([update(100)], { isReplay: false });
    expect(ledger.removable()).toEqual([]);
  });
});

describe('an id that is used again for another update', () => {
  it('is a conflict while the earlier update is unfinished', () => {
    const batch = receive(100);
    expect(ledger.hasIdConflict([update(100, 'other')])).toBe(true);
    end(...batch);
    expect(ledger.hasIdConflict([update(100, 'other')])).toBe(false);
  });

  it('takes over the entry of the earlier one: it is not removed while the new handler runs, and then it is', () => {
    end(...ledger.replay([inherited(100)]));
    ledger.confirmed(undefined);
    const batch = receiveAll([update(100, 'other')]);
    ledger.confirmed(101);
    expect(ledger.removable()).toEqual([]);
    expect(ledger.unsettledCount).toBe(1);
    end(...batch);
    expect(ledger.removable()).toEqual([100]);
  });

  it('is neither removed nor made a tombstone for the earlier one while it is written before it is received', () => {
    end(...receive(100));
    end(...ledger.replay([inherited(101)]));
    const batch = [update(100, 'other'), update(101, 'other')];
    ledger.entriesFor(batch, { isReplay: true });
    expect([ledger.removable(), ledger.tombstonesToWrite()]).toEqual([[], []]);
    ledger.confirmed(102);
    expect([ledger.removable(), ledger.tombstonesToWrite()]).toEqual([[], []]);
  });

  it('is no longer recognised as the earlier one', () => {
    ledger.replay([inherited(100, 'ended')]);
    receiveAll([update(100, 'other')]);
    expect(ledger.hasIdConflict([update(100)])).toBe(true);
  });
});

describe('a bug', () => {
  it('that starts a handler twice is stopped', () => {
    const [one] = receive(100);
    if (one === undefined) throw new Error('nothing was received');
    ledger.handlerStarted(one);
    expect(() => ledger.handlerStarted(one)).toThrow('bug: a handler starts once');
    ledger.handlerEnded(one);
    expect(() => ledger.handlerEnded(one)).toThrow('bug: a handler ends once');
  });
});

it('tells one dead retry of an update from another by its place in the journal', () => {
  const entries = [{ ...inherited(100, 0), arrivedIndex: 3 }, inherited(101, 2)];
  expect(ledger.replay(entries).map(({ retry }) => retry)).toEqual([3, undefined]);
});

import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countOf, longestGapMs, quantile, RecordFile, type Sent } from './record.ts';

let folder: string;
let record: RecordFile;
const write = (text: string): void => appendFileSync(join(folder, 'record'), text);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'record-'));
  record = new RecordFile(join(folder, 'record'));
});
afterEach(() => {
  record.close();
  rmSync(folder, { recursive: true });
});

const sentTo = (...chatIds: readonly number[]): readonly Sent[] =>
  chatIds.map((chatId, number) => ({ number, chatId, atMs: 0, workMs: 1 }));

describe('the record', () => {
  it('reads what was written since, even half a line', () => {
    write('B 0 1.00\nE 0 2.');
    expect(record.read().lines).toEqual([{ what: 'B', number: 0, atMs: 1 }]);
    write('50\nE 1 3.00\n');
    expect([...record.read().done]).toEqual([
      [0, 2.5],
      [1, 3],
    ]);
  });

  it('counts a message that was begun and never done as lost', () => {
    write('B 0 1\nE 0 2\nB 1 3\n');
    expect(countOf(sentTo(7, 8), record.read())).toMatchObject({ sent: 2, lost: 1, repeated: 0 });
  });

  it('counts a message that was done again as repeated, and keeps the first time', () => {
    write('E 0 2\nE 1 3\nE 0 4\n');
    expect(countOf(sentTo(7, 8), record.read())).toMatchObject({ lost: 0, repeated: 1 });
    expect(record.done.get(0)).toBe(2);
  });

  it('counts a message done after a later one of the same chat as out of order', () => {
    write('E 2 1\nE 1 2\nE 0 3\n');
    expect(countOf(sentTo(7, 8, 9), record.read()).orderBreaks).toBe(0);
    expect(countOf(sentTo(7, 8, 7), record).orderBreaks).toBe(1);
  });

  it('finds the longest gap between two messages done, including both ends', () => {
    write('E 0 100\nE 1 400\nE 2 450\n');
    expect(longestGapMs(record.read(), 0, 500)).toBe(300);
    expect(longestGapMs(record, 0, 900)).toBe(450);
  });
});

it('takes quantiles of unsorted values', () => {
  expect(quantile([5, 1, 4, 2, 3], 0.5)).toBe(3);
  expect(quantile([5, 1, 4, 2, 3], 0.99)).toBe(5);
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockValue } from '../../services/core/lease/lock-value.ts';
import { type CopyNote, leaveNote, otherCopy } from '../../services/lab/single-copy.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'single-copy-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const copy = (pid: number) => ({
  host: 'mine',
  pid,
  env: 'development',
  ts: '2026-01-01T00:00:00Z',
  owner: 'x',
});
const leave = (pid: number): CopyNote | string => leaveNote('4242', copy(pid), folder);

async function endedPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'close');
  return child.pid ?? 0;
}

describe('the note of a running copy', () => {
  it('is found by the next copy, and gone after the first has ended', () => {
    const first = leave(process.pid);
    expect(leave(process.pid)).toBe(lockValue(copy(process.pid)));
    (first as CopyNote).remove();
    expect(readdirSync(folder)).toEqual([]);
    expect(leave(process.pid)).toHaveProperty('remove');
  });

  it('does not count once its process is dead', async () => {
    leave(await endedPid());
    expect(leave(process.pid)).toHaveProperty('remove');
    expect(leave(process.pid)).toContain(`"pid":${process.pid}`);
  });

  it('is one for each bot', () => {
    leave(process.pid);
    expect(leaveNote('4343', copy(process.pid), folder)).toHaveProperty('remove');
  });
});

describe('otherCopy', () => {
  it('names host, pid and since when', () => {
    expect(otherCopy(lockValue(copy(77)))).toBe(
      'npm run dev: expected to be the only program that polls with this .env, got another copy ' +
        '(host mine, pid 77, since 2026-01-01T00:00:00Z); stop it, or give this one a bot of its own',
    );
  });

  it('sends no codes of a foreign value to the terminal', () => {
    expect(otherCopy(JSON.stringify({ host: '\u001b[2J' }))).not.toContain('\u001b');
  });

  it('finds none without a lock, or while the store is in quarantine', () => {
    expect(otherCopy(undefined)).toBeUndefined();
    expect(otherCopy(JSON.stringify({ owner: 'quarantine' }))).toBeUndefined();
  });
});

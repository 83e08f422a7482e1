/**
 * Whether another `npm run dev` runs with the same bot, before this one starts anything.
 *
 * A shared store's polling lock says it of every machine. Copies with an embedded store share none: they leave a note in
 * the folder for temporary files, which counts while the process that it names is alive.
 *
 * Guarantees: names the other copy (host, pid, since when), and changes nothing of it.
 * Does not guarantee: to see a copy with an embedded store on another machine; Telegram's 409 does.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isQuarantine, type LockHolder, lockValue, readLockHolder } from '../core/lease/lock-value.ts';
import { oneLine } from '../core/platform/foreign-text.ts';

/** One line about the holder of a lock, or about the writer of a note; undefined if no copy runs. */
export function otherCopy(value: string | undefined): string | undefined {
  if (value === undefined || isQuarantine(value)) return undefined;
  const { host = 'unknown', pid = 'unknown', ts = 'unknown' } = readLockHolder(value);
  const [where, since] = [oneLine(host, 200), oneLine(ts, 40)];
  return (
    `npm run dev: expected to be the only program that polls with this .env, got another copy ` +
    `(host ${where}, pid ${pid}, since ${since}); stop it, or give this one a bot of its own`
  );
}

export interface CopyNote {
  remove(): void;
}

/** Leaves the note of this process; or the text of a living other one's. */
export function leaveNote(botId: string, holder: LockHolder, folder = tmpdir()): CopyNote | string {
  const path = join(folder, `staffprobot-dev-${botId}.json`);
  for (;;) {
    try {
      writeFileSync(path, lockValue(holder), { flag: 'wx' });
      return { remove: () => rmSync(path, { force: true }) };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const note = readNote(path);
    if (note !== undefined && isAlive(readLockHolder(note).pid)) return note;
    rmSync(path, { force: true });
  }
}

function readNote(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Its process has just removed it.
    return undefined;
  }
}

function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * Reads what the handlers recorded and checks the delivery promises against it. Shares no code with what it checks.
 *
 * - Nothing is lost: each update is handled to its end or becomes a dead letter.
 * - Order: within a chat, first completions come in the order of sending. Dead letters have no place in it.
 * - Repeats: only updates that were unfinished, or not known to be finished, when a leader ended in the middle:
 *   unconfirmed at Telegram or still in the journal.
 * - No update is begun more than three times, each time with a higher attempt number; or four times, the last two both
 *   as the third attempt, if too many others were at their last attempt too.
 * - Only updates that crash workers become dead letters.
 */
import { readFileSync } from 'node:fs';

export interface Line {
  readonly event: 'begin' | 'end';
  readonly number: number;
  readonly attempt: number;
  readonly pid: number;
}

export interface SentUpdate {
  readonly number: number;
  readonly chatId: number;
  readonly what: string;
}

/** The end of a leader: which updates may be handled again, and how long the record was then. */
export interface LeaderEnd {
  readonly pid: number;
  readonly lineCount: number;
  /** Undefined if it was too late to tell: any update may be repeated. */
  readonly mayRepeat: ReadonlySet<number> | undefined;
}

export const attemptsMax = 3;

export function readLines(path: string): Line[] {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => {
    const [event, number, , attempt, pid] = line.split(' ');
    return {
      event: event as Line['event'],
      number: Number(number),
      attempt: Number(attempt),
      pid: Number(pid),
    };
  });
}

export interface Delivered {
  readonly sent: readonly SentUpdate[];
  readonly lines: readonly Line[];
  readonly dead: ReadonlySet<number>;
  readonly ends: readonly LeaderEnd[];
}

/** Describes each broken promise in one line. */
export function brokenPromises(delivered: Delivered): string[] {
  return [lost, overtaken, repeated, attempted, wronglyDead].flatMap((check) => check(delivered));
}

export function firstEnds(lines: readonly Line[]): Map<number, number> {
  const places = new Map<number, number>();
  for (const [place, { event, number }] of lines.entries())
    if (event === 'end' && !places.has(number)) places.set(number, place);
  return places;
}

function lost({ sent, lines, dead }: Delivered): string[] {
  const ends = firstEnds(lines);
  return sent
    .filter(({ number }) => !ends.has(number) && !dead.has(number))
    .map(({ number, what }) => `lost: ${number} (${what})`);
}

function overtaken({ sent, lines, dead }: Delivered): string[] {
  const ends = firstEnds(lines);
  const lastOfChat = new Map<number, { place: number; number: number }>();
  const broken: string[] = [];
  for (const { number, chatId } of sent) {
    const place = ends.get(number);
    if (place === undefined || dead.has(number)) continue;
    const before = lastOfChat.get(chatId);
    if (before !== undefined && before.place > place) {
      broken.push(`order: ${number} of chat ${chatId} ended before ${before.number}`);
    } else lastOfChat.set(chatId, { place, number });
  }
  return broken;
}

function repeated({ lines, ends }: Delivered): string[] {
  const ended = new Map<number, { place: number; pid: number }>();
  const broken: string[] = [];
  for (const [place, { event, number, pid }] of lines.entries()) {
    const finished = ended.get(number);
    if (event === 'end') ended.set(number, { place, pid });
    else if (finished !== undefined && !ends.some((end) => excuses(end, { number, place, finished })))
      broken.push(`repeat: ${number}, finished by ${finished.pid} and known to be, begun again by ${pid}`);
  }
  return broken;
}

interface Repeat {
  readonly number: number;
  readonly place: number;
  readonly finished: { readonly place: number; readonly pid: number };
}

/** Handlers of a former leader may still end afterwards; no other worker can know that. */
function excuses({ pid, lineCount, mayRepeat }: LeaderEnd, { number, place, finished }: Repeat): boolean {
  const between = lineCount <= place && (lineCount > finished.place || pid === finished.pid);
  return between && (mayRepeat?.has(number) ?? true);
}

function attempted({ lines }: Delivered): string[] {
  const last = new Map<number, { count: number; attempt: number }>();
  const broken: string[] = [];
  for (const { event, number, attempt } of lines) {
    if (event === 'end') continue;
    const before = last.get(number) ?? { count: 0, attempt: 0 };
    const isRepeatedLast = attempt === attemptsMax && before.attempt === attemptsMax;
    if (before.count === attemptsMax + (isRepeatedLast ? 1 : 0))
      broken.push(`attempts: ${number} was begun once more than allowed`);
    if ((attempt <= before.attempt && !isRepeatedLast) || attempt > attemptsMax)
      broken.push(`attempts: ${number} was begun as attempt ${attempt} after ${before.attempt}`);
    last.set(number, { count: before.count + 1, attempt });
  }
  return broken;
}

const deadly = /^(kill|exit|crash)/;

/** These tests kill workers only while no update is at its second attempt, so only crashing updates may be dead letters. */
function wronglyDead({ sent, dead }: Delivered): string[] {
  return sent
    .filter(({ number, what }) => dead.has(number) !== deadly.test(what))
    .map(({ number, what }) => `dead: ${number} (${what}) is ${dead.has(number) ? '' : 'not '}a dead letter`);
}

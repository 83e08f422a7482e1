/** The lab's live log: the last lines of every process and function, redacted and numbered. */
import type { Clock } from '../../core/platform/clock.ts';
import type { Redact } from '../../core/platform/redaction.ts';
import { type LogLevel, logLevels } from '../../core/settings/shared-settings.ts';
import { Listeners } from './listeners.ts';

export interface LabLogEntry {
  readonly seq: number;
  readonly atMs: number;
  /** The process or function that wrote it. */
  readonly source: string;
  readonly level: LogLevel;
  readonly message: string;
  /** The remaining fields of a JSON line, as JSON; empty if there are none. */
  readonly details: string;
}

const entriesKept = 400;
const textMax = 2000;
/** Fields that have their own column, or are the same in every line. */
const commonFields = ['ts', 'level', 'message', 'service', 'pid'];

export class LabLog {
  private readonly clock: Clock;
  private readonly redact: Redact;
  private readonly kept: LabLogEntry[] = [];
  private readonly added = new Listeners<[entry: LabLogEntry]>();
  private seq = 0;

  constructor({ clock, redact }: { clock: Clock; redact: Redact }) {
    this.clock = clock;
    this.redact = redact;
  }

  get entries(): readonly LabLogEntry[] {
    return this.kept;
  }

  /** Returns a function that removes the listener. */
  onEntry(listener: (entry: LabLogEntry) => void): () => void {
    return this.added.add(listener);
  }

  say(source: string, level: LogLevel, message: string, details = ''): void {
    this.seq += 1;
    const entry: LabLogEntry = {
      seq: this.seq,
      atMs: this.clock.wallMs(),
      source,
      level,
      message: this.redact(message).slice(0, textMax),
      details: this.redact(details).slice(0, textMax),
    };
    this.kept.push(entry);
    if (this.kept.length > entriesKept) this.kept.shift();
    this.added.notify(entry);
  }

  /** Adds a line of a process: JSON by our logger, or any other text. */
  sayLine(source: string, line: string, levelOfPlainText: LogLevel): void {
    if (line.trim() === '') return;
    const fields = jsonObject(line);
    if (fields === undefined) {
      this.say(source, levelOfPlainText, line);
      return;
    }
    // A metric line in CloudWatch's embedded format is of no use in a log for people.
    if ('_aws' in fields) return;
    const level = logLevels.find((known) => known === fields['level']) ?? 'info';
    const rest = Object.entries(fields).filter(([name]) => !commonFields.includes(name));
    const details = rest.length === 0 ? '' : JSON.stringify(Object.fromEntries(rest));
    this.say(source, level, String(fields['message'] ?? line), details);
  }
}

function jsonObject(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}

/**
 * A suspect at its last attempt runs alone: while it does, no other handler of its term runs, so that a crash shows who
 * caused it. What begins after it finds that the store knows that it ended. Watches only, and shares no code with what it
 * checks.
 */
import { attemptsMax } from '../../services/core/updates/journal.ts';
import type { Report } from './checkers.ts';

interface TermView {
  /** In which mode the store counted the last attempt of each update. */
  readonly modes: Map<number, string>;
  readonly running: Set<number>;
  /** The suspect that runs alone, and since when in true time: a simulated machine that stands still has timers that do not. */
  alone: { readonly id: number; readonly sinceMs: number } | undefined;
  /** Suspects that ran alone to their end. */
  readonly ended: Set<number>;
}

/** One that takes longer must not hold up every chat. */
const aloneForMs = 9900;
/** The arguments of the script that counts attempts: how many ids follow stands in two of them, then come pairs. */
const [finishedCountAt, tombstoneCountAt, idsFrom] = [3, 4, 5];

export class SuspectsChecker {
  private readonly unfinishedIds: () => ReadonlySet<number>;
  private readonly report: Report;
  private readonly terms = new Map<string, TermView>();

  /** @param unfinishedIds what the journal holds unfinished */
  constructor(unfinishedIds: () => ReadonlySet<number>, report: Report) {
    this.unfinishedIds = unfinishedIds;
    this.report = report;
  }

  /** The store counted attempts. */
  counted(args: readonly string[]): void {
    const { modes } = this.view(args[0] ?? '');
    const pairsFrom = idsFrom + Number(args[finishedCountAt]) + Number(args[tombstoneCountAt]);
    for (let at = pairsFrom; at < args.length; at += 2) modes.set(Number(args[at]), args[at + 1] ?? '');
  }

  begun(term: string, { id, attempt, nowMs }: { id: number; attempt: number; nowMs: number }): void {
    const view = this.view(term);
    const { alone, running } = view;
    if (alone !== undefined && nowMs - alone.sinceMs < aloneForMs)
      this.report(`update ${id} began beside ${alone.id}, a suspect at its last attempt`);
    this.expectRecorded(view, id);
    if (attempt === attemptsMax && view.modes.get(id) === 'alone') {
      for (const other of running)
        this.report(`update ${id}, a suspect at its last attempt, began beside ${other}`);
      view.alone = { id, sinceMs: nowMs };
    }
    running.add(id);
  }

  finished(term: string, id: number, nowMs: number): void {
    const view = this.view(term);
    view.running.delete(id);
    if (view.alone?.id !== id) return;
    if (nowMs - view.alone.sinceMs < aloneForMs) view.ended.add(id);
    view.alone = undefined;
  }

  /** The store lost something: what it knew is no longer known. */
  storeLost(): void {
    for (const { ended } of this.terms.values()) ended.clear();
  }

  private expectRecorded({ ended }: TermView, id: number): void {
    if (ended.size === 0) return;
    const unfinished = this.unfinishedIds();
    for (const suspect of ended) {
      if (unfinished.has(suspect))
        this.report(`update ${id} began before the store knew that the suspect ${suspect} had ended`);
    }
    ended.clear();
  }

  private view(term: string): TermView {
    let view = this.terms.get(term);
    if (view === undefined) {
      view = { modes: new Map(), running: new Set(), alone: undefined, ended: new Set() };
      this.terms.set(term, view);
    }
    return view;
  }
}

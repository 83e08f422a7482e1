/**
 * Deliberate faults: what one client, known by its token, meets instead of a working server.
 *
 * - `refuse`: its connections are cut at once, streams included, and nothing runs;
 * - `hang`: it is never answered and nothing runs; streams fall silent, and their events are lost;
 * - `lose-answer`: its command runs, and the connection is cut instead of an answer.
 */
import { Listeners } from '../shared/listeners.ts';

export const faultKinds = ['none', 'refuse', 'hang', 'lose-answer'] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface Fault {
  readonly kind: FaultKind;
  /** For this many requests; without it, until cleared. */
  readonly times?: number;
}

export class Faults {
  private readonly byToken = new Map<string, { kind: FaultKind; left: number }>();
  private readonly changes = new Listeners<[token: string, kind: FaultKind]>();

  set(token: string, { kind, times = Number.POSITIVE_INFINITY }: Fault): void {
    if (kind === 'none') this.byToken.delete(token);
    else this.byToken.set(token, { kind, left: times });
    this.changes.notify(token, kind);
  }

  clear(): void {
    for (const token of [...this.byToken.keys()]) this.set(token, { kind: 'none' });
  }

  /** The fault that this request meets; counts the request. */
  take(token: string): FaultKind {
    const fault = this.byToken.get(token);
    if (fault === undefined) return 'none';
    fault.left -= 1;
    if (fault.left <= 0) this.byToken.delete(token);
    return fault.kind;
  }

  /** The current fault, without counting a request. */
  current(token: string): FaultKind {
    return this.byToken.get(token)?.kind ?? 'none';
  }

  onChange(listener: (token: string, kind: FaultKind) => void): void {
    this.changes.add(listener);
  }
}

/**
 * Faults on purpose: what one client, known by its token, meets instead of a working server.
 *
 * - `refuse`: its connections are cut at once, streams included, and nothing is run;
 * - `hang`: it is never answered and nothing is run; streams fall silent (what would have come is lost);
 * - `lose-answer`: its command is run, and the connection is cut instead of an answer.
 */
export const faultKinds = ['none', 'refuse', 'hang', 'lose-answer'] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface Fault {
  readonly kind: FaultKind;
  /** For so many requests, then none; for good when absent. */
  readonly times?: number;
}

export class Faults {
  private readonly byToken = new Map<string, { kind: FaultKind; left: number }>();
  private readonly listeners = new Set<(token: string, kind: FaultKind) => void>();

  set(token: string, { kind, times = Number.POSITIVE_INFINITY }: Fault): void {
    if (kind === 'none') this.byToken.delete(token);
    else this.byToken.set(token, { kind, left: times });
    for (const listener of this.listeners) listener(token, kind);
  }

  clear(): void {
    for (const token of [...this.byToken.keys()]) this.set(token, { kind: 'none' });
  }

  /** The fault for the request that has come, which it counts. */
  take(token: string): FaultKind {
    const fault = this.byToken.get(token);
    if (fault === undefined) return 'none';
    fault.left -= 1;
    if (fault.left <= 0) this.byToken.delete(token);
    return fault.kind;
  }

  /** What holds now, without counting. */
  current(token: string): FaultKind {
    return this.byToken.get(token)?.kind ?? 'none';
  }

  onChange(listener: (token: string, kind: FaultKind) => void): void {
    this.listeners.add(listener);
  }
}

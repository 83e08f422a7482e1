/**
 * What a leader whose handlers fail writes into the store, so that `status`, the doctor and the pages know it.
 *
 * A report belongs to its term: the next leader has proved nothing yet, and a late report of an earlier one is ignored.
 *
 * Tested by: test/core/outage/health.test.ts
 */
export interface HandlersReport {
  readonly epoch: number;
  /** The first failure, by the store's clock. */
  readonly sinceMs: number;
  /** When it was written, by the store's clock. */
  readonly atMs: number;
  /** How many updates failed within the ten minutes before, of how many that were handled. */
  readonly failed: number;
  readonly handled: number;
  /** One line. */
  readonly lastError: string;
}

export interface NewHandlersReport extends Omit<HandlersReport, 'sinceMs' | 'atMs'> {
  /** How long ago the first of them failed. */
  readonly failingMs: number;
}

export interface HandlersReportStore {
  /** Replaces the report. One script, safe to repeat; a report of an earlier term changes nothing. */
  write(report: NewHandlersReport): Promise<void>;
  /** The handlers of this term work again. */
  clear(epoch: number): Promise<void>;
}

/** The report of the present term; undefined if its handlers work, as far as is known. */
export function reportOfTerm(
  report: HandlersReport | undefined,
  epoch: number | null,
): HandlersReport | undefined {
  return report?.epoch === epoch ? report : undefined;
}

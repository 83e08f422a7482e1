/** The tour's result, for a terminal and for programs. */
import { figuresOf, type Measures } from '../drills/measures.ts';
import { amount } from '../shared/text.ts';
import type { TourStepResult } from './tour.ts';
import { tourStepFacts } from './tour-facts.ts';
import type { TourStepId } from './tour-view.ts';

export interface TourReport {
  readonly ok: boolean;
  /** From the start of the lab to the last step's end. */
  readonly seconds: number;
  readonly steps: readonly {
    readonly id: TourStepId;
    readonly promise: string;
    readonly kept: boolean;
    readonly seconds: number;
    readonly measures: Measures;
    /** Null if the promise was kept. */
    readonly why: string | null;
  }[];
  readonly summary: string;
}

export function tourReport(results: readonly TourStepResult[], { seconds }: { seconds: number }): TourReport {
  const steps = results.map(({ id, state, measures, why, durationMs }) => ({
    id,
    promise: tourStepFacts.find((facts) => facts.id === id)?.promise.en ?? '',
    kept: state === 'kept',
    seconds: tenths((durationMs ?? 0) / 1000),
    measures,
    why: why?.en ?? null,
  }));
  const kept = steps.filter((step) => step.kept).length;
  return {
    ok: kept === steps.length,
    seconds: tenths(seconds),
    steps,
    summary: `${kept} of ${steps.length} promises held, in ${Math.round(seconds)} s`,
  };
}

export function stepLine({ id, state, measures, why, durationMs }: TourStepResult): string {
  const { title } = tourStepFacts.find((facts) => facts.id === id) ?? {};
  const figures = figuresOf(measures).map(({ label, value }) => `${label.en.toLowerCase()} ${value.en}`);
  const measured = figures.join(', ');
  const said = why === null ? measured : `${why.en}${measured === '' ? '' : ` Measured: ${measured}`}`;
  const took = amount((durationMs ?? 0) / 1000, 's').en;
  return `${state === 'kept' ? '✓' : '✗'} ${title?.en ?? id} (${took}): ${said}`;
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}

import { describe, expect, it } from 'vitest';
import { stepLine, tourReport } from '../../../services/lab/tour/report.ts';
import type { TourStepResult } from '../../../services/lab/tour/tour.ts';

const kept: TourStepResult = {
  id: 'crash',
  state: 'kept',
  now: null,
  measures: { pauseMs: 412, lost: 0 },
  why: null,
  durationMs: 3120,
};
const broken: TourStepResult = {
  ...kept,
  id: 'wiped',
  state: 'broken',
  measures: { lost: 3 },
  why: { en: '3 messages were lost.', ru: 'Потеряно сообщений: 3.' },
};

describe('the tour’s report', () => {
  it('states title, duration and measurements in one line', () => {
    expect(stepLine(kept)).toBe('✓ Crash under load (3.1 s): longest pause in polling 412 ms, lost 0');
    expect(stepLine(broken)).toBe('✗ Store wiped (3.1 s): 3 messages were lost. Measured: lost 3');
  });

  it('states only the reason if a step failed before it measured anything', () => {
    expect(stepLine({ ...broken, measures: {} })).toBe('✗ Store wiped (3.1 s): 3 messages were lost.');
  });

  it('is ok only if every promise held', () => {
    expect(tourReport([kept, kept], { seconds: 61.23 })).toMatchObject({
      ok: true,
      seconds: 61.2,
      summary: '2 of 2 promises held, in 61 s',
      steps: [{ id: 'crash', kept: true, measures: { pauseMs: 412, lost: 0 }, why: null }, {}],
    });
    expect(tourReport([kept, broken], { seconds: 1 })).toMatchObject({ ok: false });
    expect(tourReport([kept, { ...kept, state: 'waiting' }], { seconds: 1 })).toMatchObject({ ok: false });
  });
});

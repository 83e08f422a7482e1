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
  it('says in a line what was promised, for how long it took, and what was measured', () => {
    expect(stepLine(kept)).toBe('✓ Crash under load (3.1 s): longest pause in polling 412 ms, lost 0');
    expect(stepLine(broken)).toBe('✗ Store wiped (3.1 s): 3 messages were lost. Measured: lost 3');
  });

  it('says of a step that failed before anything was measured why it did', () => {
    expect(stepLine({ ...broken, measures: {} })).toBe('✗ Store wiped (3.1 s): 3 messages were lost.');
  });

  it('is good only when every promise held', () => {
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

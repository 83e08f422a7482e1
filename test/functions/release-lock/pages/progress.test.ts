import { expect, it } from 'vitest';
import {
  progressEnd,
  progressStart,
  stepBegun,
  stepEnded,
} from '../../../../functions/release-lock/pages/progress.ts';
import { resultPage } from '../../../../functions/release-lock/pages/result.ts';
import type { OpsAnswer } from '../../../../services/core/ops/results.ts';
import { locales } from '../../../../services/core/platform/locale.ts';
import { liveStatus } from '../../../support/live-status.ts';

const answer: OpsAnswer = { ok: false, action: 'recover', error: { code: 'NO_HEARTBEAT_YET', message: 'm' } };
const outcome = { locale: 'en', live: liveStatus({ up: false }), record: { result: { answer } } } as const;

it.each(locales)(
  'begins with enough text for Safari, which paints nothing before 200 characters: %s',
  (locale) => {
    const { body } = progressStart(locale);
    const text = body.slice(body.indexOf('<body>')).replace(/<[^>]*>/g, '');
    expect(text.length).toBeGreaterThan(200);
    expect(body).toContain('<title>StaffProBot</title>');
  },
);

it('names what runs, and what came of it', () => {
  expect(stepBegun('restart', 'en')).toBe(
    '<li class="now"><span>⏳</span><span>Restart the worker…</span></li>\n',
  );
  expect(stepEnded({ step: 'restart', outcome: 'skipped', why: '<no>' }, 'en')).toBe(
    '<li><span>–</span><span>Restart the worker: not needed</span></li>\n',
  );
});

it('ends with what the page of the result shows, reloads included', () => {
  const end = progressEnd(outcome);
  const whole = resultPage(outcome).body;
  const main = whole.slice(whole.indexOf('<h1'), whole.indexOf('</body>'));
  expect(end).toContain(main);
  expect(end).toContain('<meta http-equiv="refresh" content="4">');
  const { body } = progressStart('en');
  expect((body + end).match(/<(div|ul|body|html)\b/g)).toHaveLength(4);
  expect((body + end).match(/<\/(div|ul|body|html)>/g)).toHaveLength(4);
});

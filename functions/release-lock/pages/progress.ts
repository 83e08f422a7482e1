/**
 * The page while an action runs, sent in pieces: what runs, each step as it ends, and at last the result.
 *
 * Without a script: the style sheet hides the line of a running step once another line follows, and the whole progress
 * once the result does. A browser too old for that keeps both, above the result.
 *
 * Tested by: test/functions/release-lock/pages.test.ts
 */
import type { RecoverStep } from '../../../services/core/ops/results.ts';
import type { Locale } from '../../../services/core/platform/locale.ts';
import { html } from './html.ts';
import { type HttpAnswer, pageEnd, pageStart, refreshAfter } from './layout.ts';
import { type Outcome, resultContent, stepItem } from './result.ts';
import { textsFor } from './texts.ts';

/** Its title names no state: it cannot change when the state does. */
export function progressStart(locale: Locale): HttpAnswer {
  const { running, runningLive } = textsFor(locale).result;
  const main = html`<div class="progress"><h1 class="wait">${running}</h1>
<p>${runningLive}</p>
<ul class="card" aria-live="polite">`;
  return pageStart({ locale, title: 'StaffProBot', main });
}

export function stepBegun(step: RecoverStep['step'], locale: Locale): string {
  return html`<li class="now"><span>⏳</span><span>${textsFor(locale).result.steps[step]}…</span></li>\n`
    .text;
}

export function stepEnded(step: RecoverStep, locale: Locale): string {
  return html`${stepItem(step, locale)}\n`.text;
}

export function progressEnd(outcome: Outcome): string {
  const { main, refreshSeconds } = resultContent(outcome);
  return html`</ul></div>\n${main}${refreshAfter(refreshSeconds)}`.text + pageEnd;
}

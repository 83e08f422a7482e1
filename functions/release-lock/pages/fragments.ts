/**
 * The fragments that several pages share.
 *
 * Tested by: test/functions/release-lock/pages/status.test.ts
 */
import { clockText, durationText } from '../../../services/core/alerts/duration-text.ts';
import { isQuarantine } from '../../../services/core/lease/lock-value.ts';
import { healthLine, healthTone } from '../../../services/core/ops/health-line.ts';
import type { StatusResult } from '../../../services/core/ops/results.ts';
import { cutText } from '../../../services/core/platform/foreign-text.ts';
import type { Locale } from '../../../services/core/platform/locale.ts';
import { type Html, html } from './html.ts';
import { textsFor } from './texts.ts';

const marks = {
  good: { mark: '🟢', tone: 'up' },
  warn: { mark: '🟠', tone: 'wait' },
  bad: { mark: '🔴', tone: 'down' },
} as const;

/** The bot's present state in one line. */
export function stateLine(live: StatusResult, locale: Locale): Html {
  const { mark, tone } = marks[healthTone[live.state]];
  return html`<p class="${tone}"><strong>${mark} ${healthLine(live, locale)}</strong></p>`;
}

/** A row for each line of the diagnosis, which reads `name: value`. */
export function diagnosisCard(live: StatusResult): Html | undefined {
  if (live.diagnosis.length === 0) return undefined;
  const rows = live.diagnosis.map((line) => {
    const end = line.indexOf(': ');
    return end < 0 ? html`<div><dd>${line}</dd></div>` : row(line.slice(0, end), line.slice(end + 2));
  });
  return html`<div class="card"><dl>${rows}</dl></div>`;
}

export function row(name: string, value: string | number): Html {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

const holderTextMax = 200;

/** Undefined: nobody holds the lock. */
export function holderText({ lock }: StatusResult): string | undefined {
  if (lock === null) return undefined;
  const parts = [lock.host, lock.pid === null ? null : `pid ${lock.pid}`, lock.env];
  return cutText(parts.filter((part) => part !== null).join(', ') || lock.value, holderTextMax);
}

/** The quarantine after a wiped store occupies the lock, but is no process. */
export function isQuarantined({ lock }: StatusResult): boolean {
  return lock !== null && isQuarantine(lock.value);
}

/** `46 s ago (03:10 UTC)`; with the date if that is not today. */
export function agoText(ms: number, nowMs: number, locale: Locale): string {
  return textsFor(locale).ago(durationText(nowMs - ms, locale), momentText(ms, nowMs));
}

/** `46 s (since 03:10 UTC)`; with the date if that is not today. */
export function sinceText(ms: number, nowMs: number, locale: Locale): string {
  return textsFor(locale).since(durationText(nowMs - ms, locale), momentText(ms, nowMs));
}

function momentText(ms: number, nowMs: number): string {
  const day = (at: number): string => new Date(at).toISOString().slice(0, 10);
  return `${day(ms) === day(nowMs) ? '' : `${day(ms)} `}${clockText(ms)} UTC`;
}

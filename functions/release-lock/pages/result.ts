/** The page after an action: what was done, what was not, and whether the bot is back. Reloads itself while it waits. */
import { durationText } from '../../../services/core/alerts/duration-text.ts';
import type { LinkResult } from '../../../services/core/ops/links/link-store.ts';
import type { OpsAnswer, RecoverStep, StatusResult } from '../../../services/core/ops/results.ts';
import { cutText } from '../../../services/core/platform/foreign-text.ts';
import type { Locale } from '../../../services/core/platform/locale.ts';
import { timeoutSeconds } from '../contract.ts';
import { whoText } from './audit-text.ts';
import { diagnosisCard, stateLine } from './fragments.ts';
import { type Html, html } from './html.ts';
import { type HttpAnswer, page } from './layout.ts';
import type { PageTexts } from './texts/page-texts.ts';
import { textsFor } from './texts.ts';

export interface Outcome {
  readonly locale: Locale;
  /** `usedSeconds` is missing right after the use. */
  readonly record: { readonly result: LinkResult | undefined; readonly usedSeconds?: number };
  /** Undefined: the state is unknown. */
  readonly live: StatusResult | undefined;
}

const refreshSeconds = 4;
const messageMax = 1000;
/** If the bot is not back by then, waiting on this page does not help. */
const patienceSeconds = 300;

type Verdict =
  | 'running'
  | 'interrupted'
  | 'back'
  | 'waiting'
  | 'stillDown'
  | 'dropped'
  | 'acknowledged'
  | 'taken'
  | 'failed';

export function resultPage(outcome: Outcome): HttpAnswer {
  return page({ locale: outcome.locale, ...resultContent(outcome) });
}

/** The page without its frame. */
export function resultContent(outcome: Outcome): {
  readonly title: string;
  readonly main: Html;
  readonly refreshSeconds: number | undefined;
} {
  const { locale, live, record } = outcome;
  const texts = textsFor(locale).result;
  const verdict = verdictOf(outcome);
  const { title, more, tone } = headline(verdict, outcome, texts);
  const retryPath = verdict === 'failed' ? record.result?.retryPath : undefined;
  const isSettled = verdict === 'back' || verdict === 'running' || verdict === 'waiting';
  const main = html`<h1 class="${tone}">${title}</h1>
${more === undefined ? undefined : html`<p>${more}</p>`}
${record.result === undefined ? undefined : done(record.result.answer, locale)}
${live === undefined || isSettled ? undefined : html`${stateLine(live, locale)}${diagnosisCard(live)}`}
${retryPath === undefined ? undefined : html`<p class="act"><a class="button" href="${retryPath}">${texts.retry}</a></p>`}`;
  const reloads = verdict === 'running' || verdict === 'waiting';
  return { title, main, refreshSeconds: reloads ? refreshSeconds : undefined };
}

function verdictOf({ record: { result, usedSeconds = 0 }, live }: Outcome): Verdict {
  if (result === undefined) return usedSeconds > timeoutSeconds ? 'interrupted' : 'running';
  const { answer } = result;
  if (answer.ok && answer.action === 'acknowledge') return answer.isNew ? 'acknowledged' : 'taken';
  if (answer.ok) return answer.action === 'drop-updates' ? 'dropped' : 'back';
  if (answer.error.code !== 'NO_HEARTBEAT_YET') return 'failed';
  if (live?.up === true) return 'back';
  return usedSeconds > patienceSeconds ? 'stillDown' : 'waiting';
}

interface Headline {
  readonly title: string;
  readonly more?: string | undefined;
  readonly tone: 'up' | 'down' | 'wait';
}

function headline(verdict: Verdict, { locale, record, live }: Outcome, texts: PageTexts['result']): Headline {
  switch (verdict) {
    case 'running':
      return { title: texts.running, more: texts.runningMore, tone: 'wait' };
    case 'waiting':
      return { title: texts.waiting, more: texts.waitingMore, tone: 'wait' };
    case 'interrupted':
      return { title: texts.interrupted, more: texts.interruptedMore, tone: 'down' };
    case 'stillDown':
      return { title: texts.stillDown, more: texts.stillDownMore, tone: 'down' };
    case 'back':
      return { title: texts.back, tone: 'up' };
    case 'dropped': {
      const answer = record.result?.answer;
      const count = answer?.ok && answer.action === 'drop-updates' ? answer.droppedUpdates : 0;
      return {
        title: texts.dropped(count),
        more: live?.up === false ? texts.stillSilent : undefined,
        tone: 'wait',
      };
    }
    case 'acknowledged': {
      const { done: title, doneMore: more } = textsFor(locale).acknowledge;
      return { title, more, tone: 'up' };
    }
    case 'taken': {
      const answer = record.result?.answer;
      const by = answer?.ok && answer.action === 'acknowledge' ? answer.by : '';
      const { acknowledge, audit } = textsFor(locale);
      return {
        title: audit.events['acknowledged'] ?? '',
        more: acknowledge.taken(whoText(by, locale)),
        tone: 'wait',
      };
    }
    case 'failed':
      return { title: texts.failed, tone: 'down' };
  }
}

function done(answer: OpsAnswer, locale: Locale): Html {
  const texts = textsFor(locale).result;
  const steps = 'steps' in answer ? (answer.steps ?? []) : [];
  const items = steps.map((step) => stepItem(step, locale));
  if (answer.ok && answer.action === 'drop-updates' && answer.webhookRemoved) {
    items.push(item('✓', texts.webhookRemoved));
  }
  const isWaiting = !answer.ok && answer.error.code === 'NO_HEARTBEAT_YET';
  if (answer.ok && answer.action === 'drop-updates' && answer.purgedMessages !== undefined) {
    items.push(item('✓', texts.purged(answer.purgedMessages)));
  }
  const error = answer.ok || isWaiting ? undefined : errorText(answer.error, texts);
  const list = items.length === 0 ? undefined : html`<ul class="card">${items}</ul>`;
  return html`${list}${error}`;
}

function errorText({ code, message }: { code: string; message: string }, texts: PageTexts['result']): Html {
  const known = Object.hasOwn(texts.errors, code) ? texts.errors[code] : undefined;
  return html`<p>${known}</p><p><small>${cutText(message, messageMax)}</small></p>`;
}

const marks = { done: '✓', failed: '✗', skipped: '–', 'not tried': '·' } as const;

export function stepItem(step: RecoverStep, locale: Locale): Html {
  const texts = textsFor(locale).result;
  const name = texts.steps[step.step];
  if (step.step === 'fresh-heartbeat' && step.outcome === 'failed') return item('⏳', name);
  const more = step.outcome === 'failed' ? undefined : detail(step, locale);
  return item(marks[step.outcome], more === undefined ? name : `${name}: ${more}`);
}

function detail({ outcome, result }: RecoverStep, locale: Locale): string | undefined {
  const texts = textsFor(locale).result;
  if (outcome === 'skipped' || outcome === 'not tried') return texts.outcomes[outcome];
  if (result === undefined) return undefined;
  if ('mode' in result) return texts.modes[result.mode];
  if ('droppedUpdates' in result) return String(result.droppedUpdates);
  if ('deploymentId' in result) return texts.deployment;
  return texts.beat(durationText(result.heartbeatAgeSeconds * 1000, locale));
}

function item(mark: string, text: string): Html {
  return html`<li><span>${mark}</span><span>${text}</span></li>`;
}

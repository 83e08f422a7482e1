/**
 * Serves one-tap links: what a GET shows, and what a POST does. `core/ops/links/signed-link.ts` lists the checks.
 *
 * A GET writes nothing. A POST uses the link up in one step of the store and runs its action; if that would do more
 * than the page showed, the page is shown again and nothing happens. A second POST shows what came of the first. An
 * invalid path or form is refused before the store is asked. After recovery a link only says so.
 *
 * Tested by: test/functions/release-lock/links.test.ts
 */
import type { InboxStore } from '../../services/core/alerts/inbox-store.ts';
import { type Consequence, consequenceOf, isWorse, needsForce } from '../../services/core/ops/consequence.ts';
import type { LinkResult, OneTapLinks } from '../../services/core/ops/links/link-store.ts';
import {
  createLink,
  type LinkAction,
  type OpsLink,
  verifyLink,
} from '../../services/core/ops/links/signed-link.ts';
import { faultOf } from '../../services/core/ops/ops-ports.ts';
import type { OpsRequest } from '../../services/core/ops/payload.ts';
import { type OpsContext, perform, performAcknowledge } from '../../services/core/ops/perform.ts';
import type { OpsAnswer, StatusResult } from '../../services/core/ops/results.ts';
import { status } from '../../services/core/ops/status.ts';
import { linkActor } from '../../services/core/platform/actors.ts';
import type { Locale } from '../../services/core/platform/locale.ts';
import { StoreUnreachableError } from '../../services/core/platform/store-errors.ts';
import { issueForm, readForm } from './csrf.ts';
import type { PageRequest } from './http-request.ts';
import { confirmPage } from './pages/confirm.ts';
import { type HttpAnswer, refusal } from './pages/layout.ts';
import { preferredLocale } from './pages/locale.ts';
import { overPage, unavailablePage } from './pages/message.ts';
import { resultPage } from './pages/result.ts';
import { statusPage } from './pages/status.ts';

export interface LinkDeps {
  readonly context: OpsContext;
  readonly links: OneTapLinks;
  readonly inbox: InboxStore;
}

/** A phone waits at most a minute for an answer. */
const actionLimitMs = 45_000;
/** A new task takes longer to start than a person looks at an empty screen, so the page does the rest of the waiting. */
const heartbeatWaitMs = 6000;
const auditEntriesShown = 15;
const inboxEntriesShown = 5;

/** What a link asks for, in the present state. */
type LinkedRequest = Omit<OpsRequest, 'action'> & { readonly action: LinkAction };

interface LinkRequest extends LinkDeps {
  readonly request: PageRequest;
  readonly link: OpsLink;
  readonly locale: Locale;
}

export async function serveLink(deps: LinkDeps, request: PageRequest): Promise<HttpAnswer> {
  const link = verifyLink(deps.links.signer, request.path);
  if (link === undefined) return refusal;
  const locale = preferredLocale(request.header('accept-language'), deps.context.settings.locale);
  const context = { ...deps.context, settings: { ...deps.context.settings, locale } };
  const linkRequest = { ...deps, context, request, link, locale };
  try {
    if (request.method === 'GET') return await answerGet(linkRequest);
    if (request.method === 'POST') return await answerPost(linkRequest);
    return refusal;
  } catch (error) {
    const fault = faultOf(error);
    if (fault === undefined) throw error;
    context.ports.logger.warn('a link could not be served', { action: link.action, error });
    return unavailablePage(locale);
  }
}

async function answerGet(linkRequest: LinkRequest): Promise<HttpAnswer> {
  const { link, locale, context, links } = linkRequest;
  const record = await links.store.read(link);
  if (record === undefined) return refusal;
  if (link.action === 'status') return showStatus(linkRequest);
  if (record.state === 'used') return showResult(linkRequest);
  const live = await status(context);
  if (isOver(live, link)) return overPage(locale, live);
  return askToConfirm(linkRequest, live, { hasChanged: false });
}

function askToConfirm(
  { link, locale, request, links }: LinkRequest,
  live: StatusResult,
  { hasChanged }: { hasChanged: boolean },
): HttpAnswer {
  const shown = shownText(consequenceOf(requestOf(link, live), live));
  return confirmPage({ link, locale, live, form: issueForm(links, request, link, shown), shown, hasChanged });
}

/** A consequence as a form carries it: `2`, `2 webhook`, `0 force`. */
function shownText({ deletedLock, droppedUpdates, removesWebhook }: Consequence): string {
  const words = [String(droppedUpdates)];
  if (removesWebhook) words.push('webhook');
  if (deletedLock !== null) words.push('force');
  return words.join(' ');
}

/** The lock itself is not in the form: a page that announced force has shown the holder, and force is for any. */
function confirmedBy(shown: string, now: Consequence): Consequence {
  const [count = '', ...words] = shown.split(' ');
  return {
    deletedLock: words.includes('force') ? now.deletedLock : null,
    droppedUpdates: Number(count),
    removesWebhook: words.includes('webhook'),
  };
}

async function showStatus({ link, locale, context, inbox }: LinkRequest): Promise<HttpAnswer> {
  const { audit, outages } = context.ports;
  const [live, { nowMs }, entries, { entries: inboxEntries }] = await Promise.all([
    status(context),
    outages.observe({ noteRun: false }),
    audit.latest(auditEntriesShown),
    inbox.list(link.recipient, { skip: 0, count: inboxEntriesShown }),
  ]);
  return statusPage({ locale, live, nowMs, entries, inboxEntries, redact: context.ports.redact });
}

async function answerPost(linkRequest: LinkRequest): Promise<HttpAnswer> {
  const { link, locale, context, request, links } = linkRequest;
  const shown = link.action === 'status' ? undefined : readForm(links.signer, request, link);
  if (shown === undefined) return refusal;
  const token = links.random.token();
  const record = await links.store.read(link);
  if (record === undefined) return refusal;
  if (record.state === 'unused') {
    const live = await status(context);
    if (isOver(live, link)) return overPage(locale, live);
    const now = consequenceOf(requestOf(link, live), live);
    if (isWorse(now, confirmedBy(shown, now))) return askToConfirm(linkRequest, live, { hasChanged: true });
    const use = await useOnce(linkRequest, token);
    if (use === 'unknown') return refusal;
    if (use === 'outage over') return overPage(locale, await status(context));
    if (use === 'used now')
      return resultPage({ locale, ...(await runAction(linkRequest, token, requestOf(link, live))) });
  }
  return showResult(linkRequest);
}

/** What the link does in this state. */
function requestOf({ action, recipient, outageId }: OpsLink, live: StatusResult): LinkedRequest {
  return {
    action,
    force: action === 'recover' && needsForce(live),
    dropUpdates: false,
    reason: `one-tap link of ${outageId}`,
    requestedBy: linkActor(recipient),
  };
}

/** Asks again if the answer was lost: the script recognises the token. */
async function useOnce({ link, links: { store } }: LinkRequest, token: string): ReturnType<typeof store.use> {
  try {
    return await store.use(link, token);
  } catch (error) {
    if (!(error instanceof StoreUnreachableError)) throw error;
    return store.use(link, token);
  }
}

async function runAction(
  request: LinkRequest,
  token: string,
  linked: LinkedRequest,
): Promise<{ record: { result: LinkResult }; live: StatusResult | undefined }> {
  const { link, context, links } = request;
  const startMs = context.ports.clock.monotonicMs();
  const remainingMs = (): number =>
    Math.min(context.remainingMs(), actionLimitMs - (context.ports.clock.monotonicMs() - startMs));
  const timed = { ...context, remainingMs, heartbeatWaitMs };
  const { action, requestedBy, reason } = linked;
  const answer =
    action === 'acknowledge'
      ? await performAcknowledge(timed, link.outageId, { who: requestedBy, why: reason })
      : await perform(timed, { ...linked, action });
  const result = { answer, retryPath: await retryPath(request, answer) };
  await bestEffort(request, () => links.store.finish(link, token, result));
  return { record: { result }, live: await bestEffort(request, () => status(context)) };
}

/** A failure uses the link up too, so its page offers a new one. */
async function retryPath(
  { link, links, context }: LinkRequest,
  answer: OpsAnswer,
): Promise<string | undefined> {
  if (answer.ok || answer.error.code === 'NO_HEARTBEAT_YET') return undefined;
  return bestEffort({ context, link }, () => createLink(links, link));
}

async function showResult({ link, locale, context, links }: LinkRequest): Promise<HttpAnswer> {
  const [record, live, { nowMs }] = await Promise.all([
    links.store.read(link),
    status(context),
    context.ports.outages.observe({ noteRun: false }),
  ]);
  if (record?.state !== 'used') return refusal;
  const usedSeconds = (nowMs - record.usedMs) / 1000;
  return resultPage({ locale, record: { result: record.result, usedSeconds }, live });
}

/** For the steps after the action: a failure of one must not hide what was done. */
async function bestEffort<Result>(
  { context, link }: Pick<LinkRequest, 'context' | 'link'>,
  run: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await run();
  } catch (error) {
    if (faultOf(error) === undefined) throw error;
    context.ports.logger.warn('a step after the link was used failed', { action: link.action, error });
    return undefined;
  }
}

/** A link belongs to an outage, or to the unstable time that the outage is part of, as in use-ops-link-3.lua. */
function isOver({ up, outage }: StatusResult, { outageId }: OpsLink): boolean {
  return up || outage === null || ![outage.id, outage.unstableId].includes(outageId);
}

/**
 * Serves one-tap links: what a GET shows, and what a POST does. `core/ops/links/signed-link.ts` lists the checks.
 *
 * A GET writes nothing. A POST uses the link up in one step of the store and runs its action; if that would do more
 * than the page showed, the page is shown again and nothing happens. A second POST shows what came of the first. An
 * invalid path or form is refused before the store is asked. After recovery a link only says so.
 *
 * Tested by: test/functions/release-lock/links.test.ts
 */
import { type Consequence, consequenceOf, isWorse, needsForce } from '../../services/core/ops/consequence.ts';
import { type OpsLink, verifyLink } from '../../services/core/ops/links/signed-link.ts';
import { faultOf } from '../../services/core/ops/ops-ports.ts';
import type { StatusResult } from '../../services/core/ops/results.ts';
import { status } from '../../services/core/ops/status.ts';
import { linkActor, linkReason } from '../../services/core/platform/actors.ts';
import { StoreUnreachableError } from '../../services/core/platform/store-errors.ts';
import { issueForm, readForm } from './csrf.ts';
import type { PageRequest } from './http-request.ts';
import { confirmPage } from './pages/confirm.ts';
import { type HttpAnswer, refusal } from './pages/layout.ts';
import { preferredLocale } from './pages/locale.ts';
import { overPage, unavailablePage } from './pages/message.ts';
import { resultPage } from './pages/result.ts';
import { statusPage } from './pages/status.ts';
import { type LinkDeps, type LinkedRequest, type LinkRequest, runAction } from './use-link.ts';

const auditEntriesShown = 15;
const inboxEntriesShown = 5;

/** Undefined: the page was sent through `openPage`. */
export async function serveLink(deps: LinkDeps, request: PageRequest): Promise<HttpAnswer | undefined> {
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

async function answerPost(linkRequest: LinkRequest): Promise<HttpAnswer | undefined> {
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
    if (use === 'used now') return runAction(linkRequest, token, requestOf(link, live));
  }
  return showResult(linkRequest);
}

/** What the link does in this state. */
function requestOf({ action, recipient, outageId }: OpsLink, live: StatusResult): LinkedRequest {
  return {
    action,
    force: action === 'recover' && needsForce(live),
    dropUpdates: false,
    reason: linkReason(outageId),
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

/** A link belongs to an outage, or to the unstable time that the outage is part of, as in use-ops-link-3.lua. */
function isOver({ up, outage }: StatusResult, { outageId }: OpsLink): boolean {
  return up || outage === null || ![outage.id, outage.unstableId].includes(outageId);
}

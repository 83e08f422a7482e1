/**
 * The use of a one-tap link, once the store has decided that it happens: runs the action, keeps the result for whoever
 * opens the link again, and shows it.
 *
 * With `openPage` the page is sent while the action runs. Nobody waits for the person's connection: an action that has
 * begun goes on without it.
 *
 * Tested by: test/functions/release-lock/links.test.ts
 */
import type { InboxStore } from '../../services/core/alerts/inbox-store.ts';
import type { LinkResult, OneTapLinks } from '../../services/core/ops/links/link-store.ts';
import { createLink, type LinkAction, type OpsLink } from '../../services/core/ops/links/signed-link.ts';
import { faultOf, type OpsCall } from '../../services/core/ops/ops-ports.ts';
import type { OpsRequest } from '../../services/core/ops/payload.ts';
import { type OpsContext, perform, performAcknowledge } from '../../services/core/ops/perform.ts';
import type { OpsAnswer } from '../../services/core/ops/results.ts';
import { status } from '../../services/core/ops/status.ts';
import type { Locale } from '../../services/core/platform/locale.ts';
import type { PageRequest } from './http-request.ts';
import type { HttpAnswer, OpenPage } from './pages/layout.ts';
import { progressEnd, progressStart, stepBegun, stepEnded } from './pages/progress.ts';
import { type Outcome, resultPage } from './pages/result.ts';

export interface LinkDeps {
  readonly context: OpsContext;
  readonly links: OneTapLinks;
  readonly inbox: InboxStore;
  /** Undefined: a page can only be answered whole. */
  readonly openPage: OpenPage | undefined;
}

/** What a link asks for, in the present state. */
export type LinkedRequest = Omit<OpsRequest, 'action'> & { readonly action: LinkAction };

export interface LinkRequest extends LinkDeps {
  readonly request: PageRequest;
  readonly link: OpsLink;
  readonly locale: Locale;
}

/** A phone waits at most a minute for an answer. */
const actionLimitMs = 45_000;
/** A new task takes longer to start than a person looks at an empty screen, so the page does the rest of the waiting. */
const heartbeatWaitMs = 6000;
/** Undefined: the page was sent through `openPage`. */
export async function runAction(
  request: LinkRequest,
  token: string,
  linked: LinkedRequest,
): Promise<HttpAnswer | undefined> {
  const { locale, openPage } = request;
  // To say "I'm on it" takes one call to the store: there is no progress to show.
  if (openPage === undefined || linked.action === 'acknowledge') {
    return resultPage({ locale, ...(await act(request, token, linked, {})) });
  }
  const { body, ...head } = progressStart(locale);
  const send = openPage(head);
  send(body);
  if (linked.action === 'drop-updates') send(stepBegun('drop-updates', locale));
  const outcome = await act(request, token, linked, {
    onStep: (step) => send(stepBegun(step, locale)),
    onStepEnded: (step) => send(stepEnded(step, locale)),
  });
  send(progressEnd({ locale, ...outcome }));
  return undefined;
}

async function act(
  request: LinkRequest,
  token: string,
  { action, ...asked }: LinkedRequest,
  watch: Pick<OpsCall, 'onStep' | 'onStepEnded'>,
): Promise<Pick<Outcome, 'record' | 'live'>> {
  const { link, context, links } = request;
  const startMs = context.ports.clock.monotonicMs();
  const remainingMs = (): number =>
    Math.min(context.remainingMs(), actionLimitMs - (context.ports.clock.monotonicMs() - startMs));
  const timed = { ...context, ...watch, remainingMs, heartbeatWaitMs };
  const { requestedBy, reason } = asked;
  const answer =
    action === 'acknowledge'
      ? await performAcknowledge(timed, link.outageId, { who: requestedBy, why: reason })
      : await perform(timed, { ...asked, action });
  const result: LinkResult = { answer, retryPath: await retryPath(request, answer) };
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

/**
 * The ops function's Lambda entry: a direct payload, an event of an ECS task, or a request to the function URL.
 *
 * A payload that is not exactly an action gets an error and changes nothing, even before the settings are read. The
 * function URL serves one-tap links only; every other request gets the same refusal, and so does every request while
 * links are off (`OPS_LINK_SECRET` is not set).
 */

import { composeDependencies, type Dependencies, type Seams } from '../../services/adapters/dependencies.ts';
import { systemClock } from '../../services/adapters/system-clock.ts';
import { systemRandom } from '../../services/adapters/system-random.ts';
import type { InboxStore } from '../../services/core/alerts/inbox-store.ts';
import type { OneTapLinks } from '../../services/core/ops/links/link-store.ts';
import { readPayload } from '../../services/core/ops/payload.ts';
import { type OpsContext, perform, performTaskEvent } from '../../services/core/ops/perform.ts';
import type { OpsAnswer } from '../../services/core/ops/results.ts';
import { readTaskEvent } from '../../services/core/ops/task-stopped.ts';
import { ConfigurationError } from '../../services/core/settings/configuration-error.ts';
import type { Environment } from '../../services/core/settings/variable-reader.ts';
import { dependencyCache } from '../shared/dependency-cache.ts';
import { type LambdaContext, remainingTime } from '../shared/lambda-time.ts';
import { functionName, timeoutSeconds } from './contract.ts';
import { readPageRequest } from './http-request.ts';
import { type HttpAnswer, type OpenPage, refusal } from './pages/layout.ts';
import { serveLink } from './serve-link.ts';
import { canStream, type StreamingRuntime, streamed } from './streamed.ts';

/** @returns undefined if a page was sent through `openPage` */
export type OpsHandler = (
  event: unknown,
  context?: Partial<LambdaContext>,
  openPage?: OpenPage,
) => Promise<OpsAnswer | HttpAnswer | undefined>;

interface OpsDeps extends Omit<OpsContext, 'remainingMs'> {
  /** Undefined: links are off. */
  readonly links: OneTapLinks | undefined;
  readonly inbox: InboxStore;
}

/** Builds the handler from an environment and seams; tests and the lab pass their own. */
export function composeOps(environment: Environment, seams: Seams): OpsHandler {
  const dependencies = dependencyCache(composeDependencies, functionName, environment, seams);
  const loadDeps = async (): Promise<OpsDeps> => opsDeps(await dependencies());

  return async (event, lambda, openPage) => {
    const remainingMs = remainingTime(seams.clock, timeoutSeconds * 1000, lambda);
    const isHttp = isHttpRequest(event);
    try {
      if (isHttp) return await answerHttp(event, loadDeps, { remainingMs, openPage });
      const taskEvent = readTaskEvent(event);
      if (taskEvent !== undefined)
        return await performTaskEvent({ ...(await loadDeps()), remainingMs }, taskEvent);
      const payload = readPayload(event);
      if (!payload.ok) return payload;
      return await perform({ ...(await loadDeps()), remainingMs }, payload.request);
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      if (!isHttp) return { ok: false, error: { code: error.code, message: error.message } };
      // The caller may be anyone: only the log says what is wrong.
      write(seams, { level: 'error', service: functionName, message: error.message });
      return refusal;
    }
  };
}

async function answerHttp(
  event: unknown,
  loadDeps: () => Promise<OpsDeps>,
  { remainingMs, openPage }: { remainingMs: () => number; openPage: OpenPage | undefined },
): Promise<HttpAnswer | undefined> {
  const request = readPageRequest(event);
  if (request === undefined) return refusal;
  const { links, inbox, ...context } = await loadDeps();
  if (links === undefined) return refusal;
  return serveLink({ context: { ...context, remainingMs }, links, inbox, openPage }, request);
}

function write(seams: Seams, line: Readonly<Record<string, unknown>>): void {
  const text = `${JSON.stringify(line)}\n`;
  if (seams.write) seams.write(text);
  else process.stdout.write(text);
}

function opsDeps({ settings, ports, oneTapLinks }: Dependencies): OpsDeps {
  return {
    links: oneTapLinks,
    inbox: ports.inbox,
    ports,
    settings: { ...settings.outage, locale: settings.notifyLocale },
  };
}

/** An event of the function URL has a request context; no payload of ours does. */
function isHttpRequest(event: unknown): boolean {
  return typeof event === 'object' && event !== null && 'requestContext' in event;
}

let composed: OpsHandler | undefined;

/** The first invocation builds the handler; later ones reuse it. */
const composeOnce: OpsHandler = async (...invocation) => {
  composed ??= composeOps(process.env, { clock: systemClock, random: systemRandom });
  return composed(...invocation);
};

const { awslambda } = globalThis as { readonly awslambda?: Partial<StreamingRuntime> };

/** Lambda's entry; outside of Lambda, where the AWS clients make that global an empty one, a plain function. */
export const handler = canStream(awslambda) ? streamed(composeOnce, awslambda) : composeOnce;

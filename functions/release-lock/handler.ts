/**
 * The ops function: a direct payload, the event of a stopped ECS task, or an HTTPS request through the function URL.
 *
 * A payload that is not exactly an action is answered and changes nothing, before anything is even configured.
 * HTTPS requests get one-tap links and nothing else; whatever is not one is refused alike, and so is everything
 * while links are off (`OPS_LINK_SECRET` is not set).
 */

import type { Dependencies, Seams } from '../../services/adapters/dependencies.ts';
import { systemClock } from '../../services/adapters/system-clock.ts';
import { systemRandom } from '../../services/adapters/system-random.ts';
import type { InboxStore } from '../../services/core/alerts/inbox-store.ts';
import type { LinkIssuer } from '../../services/core/ops/links/signed-link.ts';
import { readPayload } from '../../services/core/ops/payload.ts';
import { type OpsContext, perform, performTaskStopped } from '../../services/core/ops/perform.ts';
import type { OpsAnswer } from '../../services/core/ops/results.ts';
import { readStoppedTask } from '../../services/core/ops/task-stopped.ts';
import { ConfigurationError } from '../../services/core/settings/configuration-error.ts';
import type { Environment } from '../../services/core/settings/variable-reader.ts';
import { dependencyCache } from '../shared/dependency-cache.ts';
import { type LambdaContext, remainingTime } from '../shared/lambda-time.ts';
import { functionName, timeoutSeconds } from './contract.ts';
import { readPageRequest } from './http-request.ts';
import { type HttpAnswer, refusal } from './pages/layout.ts';
import { serveLink } from './serve-link.ts';

export type OpsHandler = (
  event: unknown,
  context?: Partial<LambdaContext>,
) => Promise<OpsAnswer | HttpAnswer>;

interface OpsParts extends Omit<OpsContext, 'remainingMs'> {
  /** Undefined: links are off. */
  readonly links: LinkIssuer | undefined;
  readonly inbox: InboxStore;
}

/** The handler out of an environment and its seams; tests and the lab hand in theirs. */
export function composeOps(environment: Environment, seams: Seams): OpsHandler {
  const kept = dependencyCache(functionName, environment, seams);
  const parts = async (): Promise<OpsParts> => opsParts(await kept());

  return async (event, lambda) => {
    const remainingMs = remainingTime(seams.clock, timeoutSeconds * 1000, lambda);
    const isHttp = isHttpRequest(event);
    try {
      if (isHttp) return await answerHttp(event, parts, remainingMs);
      const task = readStoppedTask(event);
      if (task !== undefined) return await performTaskStopped({ ...(await parts()), remainingMs }, task);
      const payload = readPayload(event);
      if (!payload.ok) return payload;
      return await perform({ ...(await parts()), remainingMs }, payload.request);
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      if (!isHttp) return { ok: false, error: { code: error.code, message: error.message } };
      // A stranger learns nothing of it; the log does.
      write(seams, { level: 'error', service: functionName, message: error.message });
      return refusal;
    }
  };
}

async function answerHttp(
  event: unknown,
  parts: () => Promise<OpsParts>,
  remainingMs: () => number,
): Promise<HttpAnswer> {
  const request = readPageRequest(event);
  if (request === undefined) return refusal;
  const { links, inbox, ...context } = await parts();
  if (links === undefined) return refusal;
  return serveLink({ context: { ...context, remainingMs }, links, inbox }, request);
}

function write(seams: Seams, line: Readonly<Record<string, unknown>>): void {
  const text = `${JSON.stringify(line)}\n`;
  if (seams.write) seams.write(text);
  else process.stdout.write(text);
}

function opsParts({ settings, ports, linkMaker }: Dependencies): OpsParts {
  return {
    links: linkMaker,
    inbox: ports.inbox,
    ports,
    settings: { ...settings.outage, locale: settings.notifyLocale },
  };
}

/** The function URL's event, version 2.0: no payload of ours has a request context. */
function isHttpRequest(event: unknown): boolean {
  return typeof event === 'object' && event !== null && 'requestContext' in event;
}

let composed: OpsHandler | undefined;

/** Lambda's entry. What the first invocation builds, the next ones use. */
export async function handler(
  event: unknown,
  context?: Partial<LambdaContext>,
): Promise<OpsAnswer | HttpAnswer> {
  composed ??= composeOps(process.env, { clock: systemClock, random: systemRandom });
  return composed(event, context);
}

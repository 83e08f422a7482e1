/**
 * The two ways to run an ops action: from here through the store, with one's own settings, or in the deployed function.
 *
 * Tested by: test/cli/commands/actions.test.ts
 */
import { answerReserveMs } from '../core/ops/ops-ports.ts';
import type { OpsRequest } from '../core/ops/payload.ts';
import { perform } from '../core/ops/perform.ts';
import type { OpsAnswer } from '../core/ops/results.ts';
import { missingTokenName } from '../core/settings/bot-token-settings.ts';
import { type Invocation, UsageError } from './command-line.ts';
import type { CommandName } from './commands.ts';
import type { CliContext } from './context.ts';
import { invokeFunction } from './invoke-function.ts';
import { dependenciesOf, namesBot, tokenOptional } from './settings.ts';
import { withStoreAnswer } from './store-answer.ts';

export interface OpsClient {
  /** `onStep` is called as each step begins; never with `--function`, where the steps run elsewhere. */
  ask(request: OpsRequest, onStep?: (step: string) => void): Promise<OpsAnswer>;
}

const waitDefaultSeconds = 300;

/** @throws ConfigurationError, UsageError */
export async function opsClient(context: CliContext, invocation: Invocation): Promise<OpsClient> {
  const name = invocation.text('function');
  if (name === undefined) return storeClient(context, invocation);
  if (!/^[\w:.-]{1,170}$/.test(name))
    throw new UsageError('--function: expected the name or ARN of a function');
  if (invocation.has('lab'))
    throw new UsageError('--lab: leave it out with --function: the lab has no function there');
  // The doctor waits here, from one status to the next.
  if (invocation.text('wait') !== undefined && invocation.command !== 'doctor') {
    throw new UsageError('--wait: leave it out with --function, which has a time limit of its own');
  }
  return { ask: (request) => invokeFunction(context, name, request) };
}

/** These work without Telegram. */
const tokenless: readonly CommandName[] = ['status', 'doctor', 'release-lock'];

async function storeClient(context: CliContext, invocation: Invocation): Promise<OpsClient> {
  const range = { default: waitDefaultSeconds, min: 1, max: 3600 };
  const waitMs = invocation.integer('wait', range) * 1000;
  const { environment, clock } = context;
  const mayLackToken = tokenless.includes(invocation.command);
  const { ports, settings } = dependenciesOf(context, mayLackToken ? tokenOptional : undefined);
  const opsPorts = {
    ...ports,
    environment: namesBot(environment) ? ports.environment : undefined,
  };
  const missing = missingTokenName(environment);
  const telegramUnasked = missing === undefined ? undefined : `${missing} is not set`;
  return {
    async ask(request, onStep) {
      const startMs = clock.monotonicMs();
      const remainingMs = (): number => waitMs + answerReserveMs - (clock.monotonicMs() - startMs);
      const opsSettings = { ...settings.outage, locale: 'en' as const };
      const call = { ports: opsPorts, settings: opsSettings, remainingMs, onStep, telegramUnasked };
      const answer = await perform(call, request);
      return answer.ok ? answer : { ...answer, error: await withStoreAnswer(answer.error, environment) };
    },
  };
}

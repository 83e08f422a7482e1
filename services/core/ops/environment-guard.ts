/**
 * Refuses an action on the bot of another environment than `ENVIRONMENT` names.
 *
 * Guarantees: no action changes one environment's bot with another environment's settings, as far as the store shows
 * whose bot it is. The lock holder shows it. For an action that deletes for good the last heartbeat counts too, because
 * the bot is down when its queue is dropped. A heartbeat alone does not stop a repair: it stays for days after an
 * environment was renamed.
 * Does not check values that name none of our environments, nor a caller that names none.
 */

import { describeHolder, environmentOf } from '../lease/lock-value.ts';
import type { BotObservation } from '../monitor/outage-store.ts';
import type { EnvironmentName } from '../platform/environment-name.ts';
import type { OpsError, OpsRequest } from './payload.ts';

export interface EnvironmentTraces {
  /** `ENVIRONMENT`; undefined if the caller names none. */
  readonly environment: EnvironmentName | undefined;
  /** As stored; undefined if there is none. */
  readonly lock: string | undefined;
  readonly heartbeat: string | undefined;
}

export function environmentTraces(
  environment: EnvironmentName | undefined,
  { held, heartbeat }: Pick<BotObservation, 'held' | 'heartbeat'>,
): EnvironmentTraces {
  const beat = heartbeat.kind === 'absent' ? undefined : heartbeat.raw;
  return { environment, lock: held?.value, heartbeat: beat };
}

type GuardedAction = Pick<OpsRequest, 'action' | 'dropUpdates'>;

/** Why the action must not be carried out; undefined if it may. */
export function environmentError(
  { action, dropUpdates }: GuardedAction,
  traces: EnvironmentTraces,
): OpsError | undefined {
  if (action === 'status') return undefined;
  const isForGood = action === 'drop-updates' || dropUpdates;
  const problem = environmentProblem(isForGood ? traces : { ...traces, heartbeat: undefined });
  if (problem === undefined) return undefined;
  return { code: 'OTHER_ENVIRONMENT', message: `${action}: ${problem}; nothing was changed` };
}

/** One line that names both environments and the fix; undefined if they are the same or unknown. */
export function environmentProblem({ environment, lock, heartbeat }: EnvironmentTraces): string | undefined {
  const [what, value] = lock !== undefined ? ['polling lock', lock] : ['last heartbeat', heartbeat];
  const theirs = value === undefined ? undefined : environmentOf(value);
  if (value === undefined || environment === undefined || theirs === undefined || theirs === environment) {
    return undefined;
  }
  const got = environment === 'development' ? 'development (the default)' : environment;
  return (
    `ENVIRONMENT: expected ${theirs}, because the ${what} is of ${describeHolder(value)}, got ${got}; ` +
    `set ENVIRONMENT=${theirs} with the token of that bot, or the store and REDIS_KEY_PREFIX of the ${environment} bot`
  );
}

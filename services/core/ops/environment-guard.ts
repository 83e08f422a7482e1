/**
 * Whose bot an action would change: the one that `ENVIRONMENT` names, or another that the store knows.
 *
 * Guarantees: what is done to one environment's bot is never done with another's settings, as long as the store shows
 * it: by the lock's holder, and for what deletes for good by the last heartbeat as well, because the bot is down when
 * somebody drops its queue. A heartbeat alone does not stop a repair: it stays for days after an environment was
 * renamed. Does not judge values that name none of our environments, nor a caller that names none.
 */

import { describeHolder, readLockHolder } from '../lease/lock-value.ts';
import type { BotObservation } from '../monitor/outage-store.ts';
import { type EnvironmentName, environmentNames } from '../settings/settings.ts';
import type { OpsError, OpsRequest } from './payload.ts';

export interface BotTraces {
  /** What `ENVIRONMENT` says; undefined where nothing says whose bot is meant. */
  readonly environment: EnvironmentName | undefined;
  /** As stored; undefined where there is none. */
  readonly lock: string | undefined;
  readonly heartbeat: string | undefined;
}

export function environmentTraces(
  environment: EnvironmentName | undefined,
  { held, heartbeat }: Pick<BotObservation, 'held' | 'heartbeat'>,
): BotTraces {
  const beat = heartbeat.kind === 'absent' ? undefined : heartbeat.raw;
  return { environment, lock: held?.value, heartbeat: beat };
}

type Asked = Pick<OpsRequest, 'action' | 'dropUpdates'>;

/** Why the action must not be carried out; undefined when nothing speaks against it. */
export function otherBotError({ action, dropUpdates }: Asked, traces: BotTraces): OpsError | undefined {
  if (action === 'status') return undefined;
  const isForGood = action === 'drop-updates' || dropUpdates;
  const problem = otherBotProblem(isForGood ? traces : { ...traces, heartbeat: undefined });
  if (problem === undefined) return undefined;
  return { code: 'OTHER_ENVIRONMENT', message: `${action}: ${problem}; nothing was changed` };
}

/** One line that names both environments and how to mend it; undefined when they are the same, or not known. */
export function otherBotProblem({ environment, lock, heartbeat }: BotTraces): string | undefined {
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

function environmentOf(value: string): EnvironmentName | undefined {
  const { env } = readLockHolder(value);
  return environmentNames.find((name) => name === env);
}

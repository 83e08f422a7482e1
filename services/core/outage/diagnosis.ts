/**
 * The diagnosis: names the one cause that best explains why the bot is silent.
 *
 * Causes are checked in the order of repair, so the first one found is the one to fix first. A rejected token or a
 * webhook stops every poller. A process of another environment keeps this one's out. Without a task nobody polls, and
 * without a lock holder nobody polls either. A holder without a heartbeat cannot poll, and its last error says why. It is
 * a best guess from outside. (`handlers-failing` and the troubles of queue mode are causes of a bot that polls: `health.ts`
 * names them.)
 */
import { type HeartbeatReading, pollErrorOf } from '../lease/heartbeat.ts';
import type { Held } from '../lease/lock-store.ts';
import { environmentOf, isQuarantine, readLockHolder } from '../lease/lock-value.ts';
import type { EnvironmentName } from '../platform/environment-name.ts';
import type { EcsFacts, TelegramFacts } from './probes.ts';
import { queueTroubles } from './queue-trouble.ts';

export const causes = [
  'token-rejected',
  'webhook-set',
  'other-environment',
  'worker-switched-off',
  'no-task-running',
  'never-started',
  'nobody-holds-the-lock',
  'store-was-wiped',
  'lock-without-expiry',
  'another-poller',
  'heartbeat-malformed',
  'telegram-unreachable',
  'polls-failing',
  'holder-silent',
  'handlers-failing',
  ...queueTroubles,
] as const;
export type Cause = (typeof causes)[number];

export interface DiagnosisFacts {
  readonly heartbeat: HeartbeatReading;
  /** As decided by `isMalformed`, which includes a heartbeat from the future. */
  readonly heartbeatMalformed: boolean;
  readonly held: Held | undefined;
  /** Of the bot that is diagnosed; undefined if unknown. */
  readonly environment: EnvironmentName | undefined;
  readonly telegram: TelegramFacts;
  readonly ecs: EcsFacts;
}

export interface Diagnosis {
  readonly cause: Cause;
  /** The lock holder; without one, the writer of the last heartbeat. Null if unknown, and during the quarantine. */
  readonly holder: { readonly host?: string; readonly pid?: number; readonly env?: string } | null;
  readonly holdsLock: boolean;
  readonly lastError: string | null;
  readonly telegram: TelegramFacts;
  readonly ecs: EcsFacts;
}

export function diagnose(facts: DiagnosisFacts): Diagnosis {
  const { heartbeat, held, telegram, ecs } = facts;
  const lastError = pollErrorOf(heartbeat);
  return {
    cause: causeOf(facts, lastError),
    holder: holderOf(facts),
    holdsLock: held !== undefined,
    lastError,
    telegram,
    ecs,
  };
}

function causeOf(facts: DiagnosisFacts, lastError: string | null): Cause {
  const { heartbeat, held, telegram, ecs } = facts;
  if (telegram.kind === 'token-rejected') return 'token-rejected';
  if (telegram.kind === 'reachable' && telegram.webhookHost !== null) return 'webhook-set';
  if (isOfOtherEnvironment(facts)) return 'other-environment';
  if (ecs.kind === 'known' && ecs.desired === 0) return 'worker-switched-off';
  if (ecs.kind === 'known' && ecs.running === 0) return 'no-task-running';
  if (held === undefined) return hasBeaten(heartbeat) ? 'nobody-holds-the-lock' : 'never-started';
  if (isQuarantine(held.value)) return 'store-was-wiped';
  if (held.ttlMs === null) return 'lock-without-expiry';
  return whyHolderIsSilent(facts, lastError);
}

function isOfOtherEnvironment({ held, environment }: DiagnosisFacts): boolean {
  const theirs = held === undefined ? undefined : environmentOf(held.value);
  return environment !== undefined && theirs !== undefined && theirs !== environment;
}

function hasBeaten({ kind }: HeartbeatReading): boolean {
  return kind === 'present' || kind === 'malformed';
}

function whyHolderIsSilent(facts: DiagnosisFacts, lastError: string | null): Cause {
  if (lastError !== null && /\b409\b|conflict/i.test(lastError)) return 'another-poller';
  if (facts.telegram.kind === 'unreachable') return 'telegram-unreachable';
  if (facts.heartbeatMalformed) return 'heartbeat-malformed';
  return lastError !== null ? 'polls-failing' : 'holder-silent';
}

function holderOf({ held, heartbeat }: DiagnosisFacts): Diagnosis['holder'] {
  if (held !== undefined && isQuarantine(held.value)) return null;
  const written = held?.value ?? (heartbeat.kind === 'present' ? heartbeat.raw : '');
  const { host, pid, env } = readLockHolder(written);
  const holder = {
    ...(host === undefined ? {} : { host }),
    ...(pid === undefined ? {} : { pid }),
    ...(env === undefined ? {} : { env }),
  };
  return Object.keys(holder).length > 0 ? holder : null;
}

/** For each cause: what it means, the one next step, and the command for it. The runbook has a heading for each. */

import type { Cause } from '../core/outage/diagnosis.ts';
import type { Environment } from '../core/settings/variable-reader.ts';

export interface Advice {
  readonly meaning: string;
  readonly next: string;
  readonly command: string;
}

/** The same where the names that the command needs may be unknown. */
export interface KnownAdvice extends Omit<Advice, 'command'> {
  /** Null: `next` says where it is to be had. */
  readonly command: string | null;
}

const recover = 'npx staffprobot recover';

export const adviceFor: Readonly<Record<Cause, Advice>> = {
  'token-rejected': {
    meaning: 'Telegram rejects the bot token, so no worker can poll.',
    next: 'Get the token from @BotFather, put it into the secret, then restart the worker.',
    command: 'npx staffprobot restart',
  },
  'webhook-set': {
    meaning: 'A webhook is set for this bot, and Telegram refuses polling while one is.',
    next: 'Find out who set it. A starting worker removes it without losing updates.',
    command: 'npx staffprobot restart',
  },
  'worker-switched-off': {
    meaning: 'The ECS service is asked to run 0 tasks: somebody switched the worker off.',
    next: 'Set its desired count to 1.',
    command: 'aws ecs update-service --cluster "$ECS_CLUSTER" --service "$ECS_SERVICE" --desired-count 1',
  },
  'no-task-running': {
    meaning: 'No ECS task runs, although one should: the last one stopped, and no new one came up.',
    next: 'Read why it stopped (status says it) and mend that; then restart.',
    command: 'npx staffprobot restart',
  },
  'never-started': {
    meaning: 'There is neither a lock nor a heartbeat: no worker has ever polled with this store and prefix.',
    next: 'Start the worker, and check that it has the same store and REDIS_KEY_PREFIX.',
    command: 'npx staffprobot restart',
  },
  'nobody-holds-the-lock': {
    meaning: 'A worker has polled before, but none does now, and the lock is free.',
    next: 'Restart the worker.',
    command: recover,
  },
  'store-was-wiped': {
    meaning:
      'The store was emptied; nobody may lead for one lease, until a leader that outlived it has stopped.',
    next: 'Wait a minute; if the bot is still silent then, recover.',
    command: recover,
  },
  'lock-without-expiry': {
    meaning: 'The lock has no expiry, and whoever wrote it does not beat: it would stand there for ever.',
    next: 'Make sure that no old bot polls, then delete the lock and restart.',
    command: `${recover} --force`,
  },
  'another-poller': {
    meaning: 'Another program polls with the same token: Telegram answers 409 to one of the two.',
    next: 'Find and stop it, or change the token with @BotFather; then restart.',
    command: 'npx staffprobot restart',
  },
  'heartbeat-malformed': {
    meaning: 'The heartbeat cannot be read: something else writes to its key.',
    next: 'Find out what writes to bot_polling_heartbeat and stop it; then recover.',
    command: recover,
  },
  'telegram-unreachable': {
    meaning: 'Telegram cannot be reached from here, and the worker does not get through either.',
    next: 'Wait; look at the network and at Telegram. The worker goes on by itself.',
    command: 'npx staffprobot status',
  },
  'polls-failing': {
    meaning: 'A worker holds the lock, but its polls fail; its last error says how.',
    next: 'Recover; if it stays, read the worker’s log.',
    command: recover,
  },
  'holder-silent': {
    meaning: 'A worker holds the lock and is silent: it hangs, or it is gone and its lock runs out.',
    next: 'Recover: ask it to let go, and restart.',
    command: recover,
  },
};

/** The advice in words that can be run from here: a shell knows ECS's names only if somebody has exported them. */
export function adviceOn(cause: Cause, environment: Environment): KnownAdvice {
  const advice = adviceFor[cause];
  if (cause !== 'worker-switched-off') return advice;
  const { ECS_CLUSTER: cluster, ECS_SERVICE: service, AWS_REGION: region } = environment;
  if (!cluster || !service) {
    const where = 'Take the stack’s output RestartCommand, with --desired-count 1 in place of its last word.';
    return { ...advice, next: `${advice.next} ${where}`, command: null };
  }
  const filledIn = advice.command
    .replace('"$ECS_CLUSTER"', () => shellWord(cluster))
    .replace('"$ECS_SERVICE"', () => shellWord(service));
  return { ...advice, command: region ? `${filledIn} --region ${shellWord(region)}` : filledIn };
}

function shellWord(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** What to do about each cause: what it means, the one next step, and its command. The runbook has a heading for each. */
import type { Cause } from '../core/outage/diagnosis.ts';
import type { Environment } from '../core/settings/variable-reader.ts';

export interface Advice {
  readonly meaning: string;
  readonly next: string;
  readonly command: string;
}

/** Advice whose command may need names that are not known here. */
export interface KnownAdvice extends Omit<Advice, 'command'> {
  /** Null: `next` says where to find it. */
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
    meaning: 'A webhook is set for this bot, and Telegram refuses polling as long as it is.',
    next: 'Find out who set it. A starting worker removes it without losing updates.',
    command: 'npx staffprobot restart',
  },
  'other-environment': {
    meaning:
      'A process of another ENVIRONMENT holds the lock with this bot’s token, so this one’s worker stands by.',
    next: 'Find and stop it (status names its host), and give it a bot and a store of its own; then recover.',
    command: recover,
  },
  'worker-switched-off': {
    meaning: 'The desired count of the ECS service is 0: the worker is switched off.',
    next: 'Set its desired count to 1.',
    command: 'aws ecs update-service --cluster "$ECS_CLUSTER" --service "$ECS_SERVICE" --desired-count 1',
  },
  'no-task-running': {
    meaning: 'No ECS task is running, although one should: the last one stopped, and no new one started.',
    next: 'See why it stopped (status shows it), fix that, then restart.',
    command: 'npx staffprobot restart',
  },
  'never-started': {
    meaning: 'There is no lock and no heartbeat: no worker has ever polled with this store and prefix.',
    next: 'Start the worker, and check that it uses the same store and REDIS_KEY_PREFIX.',
    command: 'npx staffprobot restart',
  },
  'nobody-holds-the-lock': {
    meaning: 'A worker has polled before, but none does now, and the lock is free.',
    next: 'Restart the worker.',
    command: recover,
  },
  'store-was-wiped': {
    meaning:
      'The store was emptied. No worker may lead for one lease, so that a leader from before has time to stop.',
    next: 'Wait a minute; if the bot is still silent, recover.',
    command: recover,
  },
  'lock-without-expiry': {
    meaning:
      'The lock has no expiry, and its holder writes no heartbeat: it would block every worker for ever.',
    next: 'Make sure that no old bot is polling, then delete the lock and restart.',
    command: `${recover} --force`,
  },
  'another-poller': {
    meaning: 'Another program polls with the same token: Telegram answers one of the two with 409.',
    next: 'Find and stop it; a restart does not. Or change the token with @BotFather, and restart with the new one.',
    command: 'npx staffprobot status',
  },
  'heartbeat-malformed': {
    meaning: 'The heartbeat cannot be read: another program writes to its key.',
    next: 'Find and stop the program that writes to bot_polling_heartbeat; then recover.',
    command: recover,
  },
  'telegram-unreachable': {
    meaning: 'Telegram cannot be reached from here, and the worker cannot reach it either.',
    next: 'Wait; check the network and Telegram. The worker resumes by itself.',
    command: 'npx staffprobot status',
  },
  'polls-failing': {
    meaning: 'A worker holds the lock, but its polls fail; its last error says how.',
    next: 'Recover; if polls still fail, read the worker’s log.',
    command: recover,
  },
  'handlers-failing': {
    meaning: 'A worker polls, but most updates fail in their handlers: people write and get no answer.',
    next: 'Read the error, then roll back the last deployment or fix the handler. A restart rarely helps.',
    command: 'npx staffprobot status',
  },
  'handlers-absent': {
    meaning:
      'A worker polls, but no consumer has a fresh heartbeat: updates wait in the updates queue, none is lost.',
    next: 'See why the tasks of the handlers stopped (status shows it), fix that, then restart: handlers restart too.',
    command: 'npx staffprobot restart',
  },
  'handlers-behind': {
    meaning: 'A worker polls and consumers run, but updates wait in the updates queue for over a minute.',
    next: 'Read the log of the handlers: they fail, wait for a slow service, or need more tasks (handlerTasksMax).',
    command: 'npx staffprobot status',
  },
  'holder-silent': {
    meaning:
      'A worker holds the lock but is silent: it hangs, or it is gone and its lock has not expired yet.',
    next: 'Recover: ask it to release the lock, and restart.',
    command: recover,
  },
};

/** The advice with a command that runs in this shell: it knows ECS's names only if they are exported. */
export function adviceOn(cause: Cause, environment: Environment): KnownAdvice {
  const advice = adviceFor[cause];
  if (cause !== 'worker-switched-off') return advice;
  const { ECS_CLUSTER: cluster, ECS_SERVICE: service, AWS_REGION: region } = environment;
  if (!cluster || !service) {
    const where = 'Use the stack output RestartCommand, with --desired-count 1 in place of its last word.';
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

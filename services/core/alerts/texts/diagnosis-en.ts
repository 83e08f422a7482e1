/**
 * Why the bot is silent, in English.
 *
 * Tested by: test/core/alerts/diagnosis-text.test.ts
 */
import type { DiagnosisTexts } from './diagnosis-texts.ts';

export const en: DiagnosisTexts = {
  labels: {
    cause: 'Cause',
    error: 'Error',
    lockHolder: 'Lock holder',
    lastPolledBy: 'Last polled by',
    waitingUpdates: 'Waiting updates',
    webhook: 'Webhook',
    unreachable: 'Not reached in Telegram',
    next: 'Next step',
  },
  tasks: (running, desired) => `Tasks running: ${running} of ${desired}`,
  lastTaskStopped: (reason) => `the last one stopped: ${reason}`,
  causes: {
    'token-rejected': {
      why: 'Telegram rejects the bot token',
      next: 'check the token with @BotFather and update the secret',
    },
    'webhook-set': {
      why: 'a webhook is set, so polling is impossible',
      next: 'restart the worker: it removes the webhook',
    },
    'other-environment': {
      why: 'a process of another ENVIRONMENT holds the lock',
      next: 'stop it and give it a bot and a store of its own; then recover',
    },
    'worker-switched-off': {
      why: 'the ECS service has a desired count of 0',
      next: 'set its desired count to 1',
    },
    'no-task-running': {
      why: 'no ECS task is running',
      next: 'find out why the last one stopped, then restart',
    },
    'never-started': { why: 'the bot has never been started', next: 'start the worker' },
    'nobody-holds-the-lock': {
      why: 'nobody holds the polling lock',
      next: 'restart the worker (recover)',
    },
    'store-was-wiped': {
      why: 'the store was wiped; the lock is in quarantine',
      next: 'wait a minute; if the bot stays silent, recover',
    },
    'lock-without-expiry': {
      why: 'the lock has no expiry and its holder is gone',
      next: 'delete it: release-lock with force',
    },
    'another-poller': {
      why: 'another program polls with this token',
      next: 'stop it or change the token',
    },
    'heartbeat-malformed': {
      why: 'the heartbeat is malformed',
      next: 'find out who writes it, then recover',
    },
    'telegram-unreachable': { why: 'Telegram is unreachable', next: 'wait; check the network' },
    'polls-failing': {
      why: 'polling fails',
      next: 'recover; if that does not help, read the worker’s log',
    },
    'holder-silent': {
      why: 'the lock holder is silent: it hangs or has died',
      next: 'release the lock and restart (recover)',
    },
    'handlers-failing': {
      why: 'the handlers fail, so people get no answer',
      next: 'roll back the last deployment or fix the handler',
    },
    'handlers-absent': {
      why: 'nothing handles updates: they wait in the queue',
      next: 'restart: that restarts the handlers too',
    },
    'handlers-behind': {
      why: 'the handlers are behind: updates wait in the queue',
      next: 'read their log; if they are well, run more tasks',
    },
  },
};

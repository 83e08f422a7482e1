/**
 * The alerts in English.
 *
 * Tested by: test/core/alerts/alert-text.test.ts
 */
import { type AlertTexts, labelled } from './alert-texts.ts';

/** What a person did, by its audit event. */
const manualActions: Readonly<Record<string, string>> = {
  dropped: 'the queue at Telegram was dropped',
  restarted: 'the worker was restarted',
  revoked: 'the holder was asked to release the lock',
};

export const en: AlertTexts = {
  titles: {
    down: (silence) => `🔴 The bot has been silent for ${silence}`,
    reminder: (silence) => `🔴 The bot is still silent after ${silence}`,
    unstable: (outages, since) => `🟠 The bot is unstable: ${outages} outages since ${since} UTC`,
    stable: '🟢 The bot is stable again',
    acknowledged: '🙋 Someone is on it',
    recovered: '🟢 The bot works again',
  },
  possibleRepeat: '(possible repeat)',
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
  noSuperadmins: 'No superadmins are configured (SUPERADMIN_TELEGRAM_IDS): nobody was alerted in Telegram.',
  silentNow: (silence) => `It has been silent for ${silence}`,
  worksNow: 'It works right now',
  unstableNext: 'Next message: when it has worked for 15 minutes on end, or been down for longer than that',
  unstableSince: (outages, since) => `Unstable since ${since} UTC, outages: ${outages}`,
  outages: (count, from, to) => `Outages: ${count}, from ${from} to ${to} UTC`,
  acknowledgedBy: (who) => `“I’m on it” was tapped: ${who}`,
  byLinkOf: (recipient) => `by the link sent to ${recipient}`,
  noMoreReminders: 'There will be no more reminders of this outage',
  downtime: (duration, from, to) => `It was down for ${duration}: from ${from} to ${to} UTC`,
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
  },
  warnings: {
    'another-poller': (param) => ({
      title: '🟠 Another program polls with this token',
      lines: [
        'Telegram answered 409 three times within a minute: the other program gets some of the updates',
        labelled('Noticed by', param('host')),
      ],
      next: 'stop it, or change the token with @BotFather',
    }),
    'handlers-failing': (param) => ({
      title: '🔴 The bot gets messages, but its handlers fail',
      lines: [
        `${param('failed') ?? '?'} of ${param('handled') ?? '?'} updates failed within 10 minutes`,
        labelled('Error', param('error')),
        labelled('Worker', param('host')),
      ],
      next: 'roll back the last deployment or fix the handler; a restart does not help',
    }),
    'dead-letters': (param) => ({
      title: `🟠 Updates given up: ${param('count') ?? '?'}`,
      lines: [`Three attempts failed; given up in total: ${param('total') ?? '?'}`],
      next: 'find the handler’s error in the worker’s log',
    }),
    'lock-without-expiry': (param) => ({
      title: '🟠 The polling lock has no expiry',
      lines: ['If its holder dies, nobody can take over', labelled('Lock holder', param('holder'))],
      next: 'if the holder is dead, release-lock with force',
    }),
    'unreachable-recipients': (param) => ({
      title: '🟠 Superadmins who cannot be reached',
      lines: [
        'They never started the bot, have blocked it, or the id is wrong',
        labelled('Not reached in Telegram', param('recipients')),
      ],
      next: 'ask them to open the bot and press Start, or correct SUPERADMIN_TELEGRAM_IDS',
    }),
    'manual-action': (param) => ({
      title: '🟠 Somebody is repairing the bot',
      lines: [
        labelled('What', manualActions[param('event') ?? ''] ?? param('event')),
        labelled('By', param('who')),
        labelled('Why', param('why')),
        labelled('Actions', param('count') === '1' ? undefined : param('count')),
      ],
      next: 'if this was not agreed on, read the audit trail',
    }),
    'lock-broken': (param) => ({
      title: '🟠 The polling lock was broken by force',
      lines: [
        labelled('By', param('who')),
        labelled('Why', param('why')),
        labelled('Times', param('count') === '1' ? undefined : param('count')),
      ],
      next: 'if this was not agreed on, read the audit trail',
    }),
  },
};

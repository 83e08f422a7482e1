/**
 * The alerts in English.
 *
 * Tested by: test/core/alerts/alert-text.test.ts
 */
import { isLinkReason } from '../../platform/actors.ts';
import { type AlertTexts, labelled } from './alert-texts.ts';

/** What a person did, by its audit event. */
const manualActions: Readonly<Record<string, string>> = {
  dropped: 'the queue at Telegram was dropped',
  restarted: 'the worker was restarted',
  revoked: 'the holder was asked to release the lock',
};

function reason(why: string | undefined): string | undefined {
  return isLinkReason(why ?? '') ? 'a button under the alert' : why;
}

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
  noSuperadmins: 'No superadmins are configured (SUPERADMIN_TELEGRAM_IDS): nobody was alerted in Telegram.',
  silentNow: (silence) => `It has been silent for ${silence}`,
  worksNow: 'It works right now',
  unstableNext: 'Next message: when it has worked for 15 minutes on end, or been down for longer than that',
  unstableSince: (outages, since) => `Unstable since ${since} UTC, outages: ${outages}`,
  outages: (count, from, to) => `Outages: ${count}, from ${from} to ${to} UTC`,
  acknowledgedBy: (who) => `On it: ${who}`,
  acknowledgedUnder: (recipient) => `“I’m on it” was tapped under the alert sent to ${recipient}`,
  noMoreReminders: 'There will be no more reminders of this outage',
  downtime: (duration, from, to) => `It was down for ${duration}: from ${from} to ${to} UTC`,
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
    'handlers-absent': (param) => ({
      title: '🔴 The bot gets messages, but nothing handles them',
      lines: [
        labelled('Waiting in the updates queue', param('waiting')),
        'No consumer has a fresh heartbeat',
      ],
      next: 'npx staffprobot restart; if that does not help, read the log of the handlers',
    }),
    'handlers-behind': (param) => ({
      title: '🟠 The handlers are behind: answers come late',
      lines: [
        labelled('Waiting in the updates queue', param('waiting')),
        labelled('Longest wait in seconds', param('lagSeconds')),
      ],
      next: 'read the log of the handlers; if they are well, run more tasks',
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
        labelled('Why', reason(param('why'))),
        labelled('Actions', param('count') === '1' ? undefined : param('count')),
      ],
      next: 'if this was not agreed on, read the audit trail',
    }),
    'lock-broken': (param) => ({
      title: '🟠 The polling lock was broken by force',
      lines: [
        labelled('By', param('who')),
        labelled('Why', reason(param('why'))),
        labelled('Times', param('count') === '1' ? undefined : param('count')),
      ],
      next: 'if this was not agreed on, read the audit trail',
    }),
  },
};

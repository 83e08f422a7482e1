import { beforeEach, describe, expect, it } from 'vitest';
import type { LinkButton } from '../../../services/core/alerts/alert-links.ts';
import type { Claim } from '../../../services/core/alerts/delivery-store.ts';
import type { InboxEntry } from '../../../services/core/alerts/inbox-entry.ts';
import { alertSender, type SendAlertDeps } from '../../../services/core/alerts/send-alert.ts';
import { warningKeptMs } from '../../../services/core/alerts/warnings.ts';
import { type BotApi, BotApiRefusedError } from '../../../services/core/platform/bot-api.ts';
import { EcsError, type WorkerServiceState } from '../../../services/core/platform/worker-service.ts';

const nowMs = Date.UTC(2026, 2, 1, 3);
const outageClaim: Claim = {
  field: 'f',
  token: 't',
  outageId: 'outage-1',
  event: 'down',
  number: 0,
  recipient: { channel: 'TELEGRAM', address: '101' },
  attempt: 1,
  madeMs: nowMs - 1000,
  possibleRepeat: false,
  sinceMs: nowMs - 420_000,
  recoveredMs: null,
  nowMs,
  acknowledgedBy: null,
  unstable: null,
  warning: undefined,
};
const warningClaim: Claim = {
  ...outageClaim,
  outageId: 'notice-1',
  event: 'notice',
  warning: { kind: 'lock-broken', params: { who: 'anna', why: 'a-secret', count: 1 } },
};

let sent: { text: string; buttons: unknown }[];
let inbox: InboxEntry[];
let published: { subject: string; text: string }[];
let linked: string[];
let audited: unknown[];
let diagnosed: number;
let telegramFailure: Error | undefined;
let state: WorkerServiceState;
let restart: () => Promise<string>;

const telegram: BotApi = {
  call: async <Result>(_method: string, parameters: Readonly<Record<string, unknown>>) => {
    if (telegramFailure !== undefined) throw telegramFailure;
    sent.push({ text: String(parameters['text']), buttons: parameters['reply_markup'] });
    return {} as Result;
  },
};

const deps = (): SendAlertDeps => ({
  inbox: {
    push: async (_id, entry) => inbox.push(entry) > 0,
    list: async () => ({ entries: inbox, total: inbox.length }),
    markRead: async () => 0,
  },
  audit: { append: async (entry) => void audited.push(entry), latest: async () => [] },
  telegram,
  topic: { publish: async (message) => void published.push(message) },
  unreachable: ['999', '101'],
  ecs: { describe: async () => state, restart: () => restart() },
  superadminIds: ['101'],
  locale: 'en',
  repair: { runbookUrl: 'https://wiki/run', opsFunction: { name: 'ops', region: 'eu-central-1' } },
  redact: (text) => text.replaceAll('a-secret', '[redacted]'),
  links: {
    buttons: async (recipient, outageId): Promise<readonly LinkButton[]> => {
      linked.push(`${recipient} ${outageId}`);
      return [{ text: 'Repair', url: 'https://ops.example/x' }];
    },
  },
  diagnosis: async () => {
    diagnosed += 1;
    return {
      cause: 'polls-failing',
      holder: null,
      holdsLock: true,
      lastError: 'a-secret',
      telegram: { kind: 'unreachable' },
      ecs: { kind: 'unknown' },
    };
  },
});

const send = (claim: Claim, more: Partial<SendAlertDeps> = {}, mayStillSend = () => true) =>
  alertSender({ ...deps(), ...more })(claim, mayStillSend);
const through = (channel: Claim['recipient']['channel'], claim = outageClaim): Claim => ({
  ...claim,
  recipient: { channel, address: '101' },
});

beforeEach(() => {
  [sent, inbox, published, linked, audited, diagnosed] = [[], [], [], [], [], 0];
  telegramFailure = undefined;
  state = { desired: 1, running: 1, deploying: false, lastStopReason: null };
  restart = async () => 'deployment-1';
});

describe('an alert', () => {
  it('goes to Telegram with links, as it is at the time of sending, redacted', async () => {
    expect(await send(outageClaim)).toEqual({ kind: 'sent' });
    expect(sent).toEqual([
      {
        text: expect.stringMatching(
          /^🔴 The bot has been silent for 7 min\nCause: polling fails\nError: \[redacted\]/,
        ),
        buttons: { inline_keyboard: [[{ text: 'Repair', url: 'https://ops.example/x' }]] },
      },
    ]);
    expect(linked).toEqual(['101 outage-1']);
  });

  it('goes to the inbox as an entry with a fixed id, without a repeat mark', async () => {
    const reminder = { ...outageClaim, event: 'reminder', number: 2, possibleRepeat: true } as const;
    await send(through('IN_APP', reminder));
    expect(inbox).toMatchObject([
      {
        id: 'outage-1:reminder-2',
        type: 'SYSTEM_MAINTENANCE',
        priority: 'URGENT',
        title: '🔴 The bot is still silent after 7 min',
        ts: '2026-03-01T02:59:59.000Z',
        read: false,
      },
    ]);
    expect(linked).toEqual([]);
  });

  it('goes to the topic with a subject, and marks a possible repeat', async () => {
    await send(through('SNS', { ...outageClaim, possibleRepeat: true }));
    expect(published[0]?.subject).toBe('StaffProBot is down');
    expect(published[0]?.text).toContain('7 min (possible repeat)\n');
    expect(published[0]?.text).not.toContain('SUPERADMIN_TELEGRAM_IDS');
  });

  it('ends in the topic, and nowhere else, with a command to paste and the runbook, redacted', async () => {
    const runbookUrl = 'https://wiki/a-secret';
    const repair = { runbookUrl, opsFunction: { name: 'ops', region: 'eu-central-1' } };
    await send(through('SNS'), { repair });
    expect(published[0]?.text).toMatch(
      /\nRepair with: aws lambda invoke --region eu-central-1 --function-name ops .+\nRunbook: https:\/\/wiki\/\[redacted\]#polls-failing$/,
    );
    await send(through('IN_APP'));
    await send(outageClaim);
    expect(inbox[0]?.text).not.toContain('aws lambda');
    expect(sent[0]?.text).not.toContain('aws lambda');
  });

  it('says in the topic if no superadmins are configured', async () => {
    await send(through('SNS'), { superadminIds: [] });
    expect(published[0]?.text).toContain('SUPERADMIN_TELEGRAM_IDS');
  });

  it('about a recovery has no links and asks no probe', async () => {
    await send({ ...outageClaim, event: 'recovered', recoveredMs: nowMs - 60_000 });
    expect(sent[0]?.text).toBe('🟢 The bot works again\nIt was down for 6 min: from 02:53 to 02:59 UTC');
    expect([linked, diagnosed]).toEqual([[], 0]);
  });

  it('goes without buttons while links are off', async () => {
    await send(outageClaim, { links: undefined });
    expect(sent[0]?.buttons).toBeUndefined();
  });

  it('is not sent once its claim may have ended', async () => {
    expect(await send(outageClaim, {}, () => false)).toMatchObject({ kind: 'retry', mayHaveArrived: false });
    expect(sent).toEqual([]);
  });

  it('waits for the longer of the channel’s delay and the back-off', async () => {
    const attempt = (number: number) => send({ ...outageClaim, attempt: number });
    telegramFailure = new BotApiRefusedError('sendMessage', {
      status: 429,
      description: 'x',
      retryAfterSeconds: 150,
    });
    expect(await attempt(1)).toMatchObject({ delayMs: 150_000 });
    expect(await attempt(9)).toMatchObject({ delayMs: 600_000 });
  });
});

describe('a warning', () => {
  it('is sent redacted, without links, and asks no probe', async () => {
    await send(warningClaim);
    expect(sent[0]?.text).toContain('The polling lock was broken by force\nBy: anna\nWhy: [redacted]\n');
    expect([linked, diagnosed]).toEqual([[], 0]);
    await send(through('IN_APP', warningClaim));
    expect(inbox[0]?.id).toBe('notice-1:notice');
    await send(through('SNS', warningClaim));
    expect(published[0]?.subject).toBe('StaffProBot: the polling lock was broken by force');
  });

  it('is given up after a day', async () => {
    const old = (ageMs: number) => ({ ...warningClaim, madeMs: nowMs - ageMs });
    expect(await send(old(warningKeptMs))).toEqual({ kind: 'sent' });
    expect(await send(old(warningKeptMs + 1))).toMatchObject({ kind: 'dead' });
  });
});

describe('the automatic restart', () => {
  const claim = { ...through('RESTART'), event: 'restart' } as const;

  it('restarts the worker and is audited', async () => {
    expect(await send(claim)).toEqual({ kind: 'sent' });
    expect(audited).toEqual([
      {
        event: 'restarted',
        who: 'heartbeat-monitor',
        why: 'the outage lasts longer than AUTO_RESTART_MINUTES',
        before: 'outage-1',
        after: 'deployment-1',
      },
    ]);
  });

  it('is not repeated if an earlier attempt may have succeeded', async () => {
    expect(await send({ ...claim, possibleRepeat: true })).toMatchObject({ kind: 'dead' });
  });

  it('waits for a deployment in progress', async () => {
    state = { ...state, deploying: true };
    expect(await send(claim)).toMatchObject({ kind: 'retry', mayHaveArrived: false });
  });

  it('is given up without ECS, and for a service that is switched off', async () => {
    expect(await send(claim, { ecs: undefined })).toMatchObject({ kind: 'dead' });
    state = { ...state, desired: 0 };
    expect(await send(claim)).toMatchObject({ kind: 'dead' });
  });

  it('is retried after a failure of ECS, which may have happened after the restart', async () => {
    const failing = () => Promise.reject(new EcsError('x', new Error('no')));
    const describeFails = { describe: failing, restart: async () => 'd' };
    expect(await send(claim, { ecs: describeFails })).toMatchObject({ kind: 'retry', mayHaveArrived: false });
    restart = failing;
    expect(await send(claim)).toMatchObject({ kind: 'retry', mayHaveArrived: true });
    expect(audited).toEqual([]);
  });

  it('is not started once its claim may have ended', async () => {
    restart = () => Promise.reject(new Error('must not be called'));
    expect(await send(claim, {}, () => false)).toMatchObject({ kind: 'retry', mayHaveArrived: false });
  });
});

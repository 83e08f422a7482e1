import { describe, expect, it } from 'vitest';
import { type Confirmation, confirmPage } from '../../../../functions/release-lock/pages/confirm.ts';
import type { OpsLink } from '../../../../services/core/ops/links/signed-link.ts';
import { liveStatus } from '../../../support/live-status.ts';
import { queueResult } from '../../../support/queue-view.ts';

const link: OpsLink = { id: 'a'.repeat(32), action: 'recover', recipient: '1', outageId: 'outage-1' };
const lock = {
  value: '{}',
  host: 'h1',
  pid: 7,
  env: 'production',
  since: null,
  ttlSeconds: 5,
  revoked: false,
};
const confirmation: Confirmation = {
  link,
  locale: 'en',
  live: liveStatus({ up: false, cause: 'holder-silent', lock, pendingUpdates: 12 }),
  form: { nonce: 'a-nonce', setCookie: 'a=b' },
  shown: '12 webhook',
  hasChanged: false,
};
const bodyOf = (more: Partial<Confirmation>): string => confirmPage({ ...confirmation, ...more }).body;
const drop = (live: Confirmation['live']): string =>
  bodyOf({ link: { ...link, action: 'drop-updates' }, live });

describe('the page that confirms a repair', () => {
  it('has one form with the nonce, and sets the cookie', () => {
    const { body, cookies } = confirmPage(confirmation);
    expect(body.match(/<form/g)).toHaveLength(1);
    expect(body).toContain('name="nonce" value="a-nonce"');
    expect(cookies).toEqual(['a=b']);
  });

  it('says so if it is shown again', () => {
    expect(bodyOf({})).not.toContain('It has changed meanwhile');
    expect(bodyOf({ hasChanged: true })).toContain('It has changed meanwhile, so nothing was done.');
  });

  it('says what happens to the lock, the worker and the messages', () => {
    const body = bodyOf({});
    expect(body).toContain('h1, pid 7, production is asked to release the lock');
    expect(body).toContain('ECS is not configured: a standby worker takes over.');
    expect(body).toContain('No messages are lost: 12 wait in the queue.');
  });

  it.each([
    ['a free lock', liveStatus({ up: false }), 'Nobody holds the polling lock'],
    [
      'the quarantine',
      liveStatus({ up: false, lock: { ...lock, value: '{"owner":"quarantine"}', pid: 0 } }),
      'The polling lock is in quarantine',
    ],
    [
      'a lock without expiry',
      liveStatus({ up: false, cause: 'no-task-running', lock: { ...lock, ttlSeconds: null } }),
      'The lock without expiry (h1, pid 7, production) is deleted at once',
    ],
    [
      'ECS',
      liveStatus({ up: false, ecs: { desired: 1, running: 1, deploying: false, lastStopReason: null } }),
      'The worker is restarted',
    ],
  ])('announces what it does to %s', (_name, live, text) => {
    expect(bodyOf({ live })).toContain(text);
  });
});

describe('the page that confirms “I’m on it”', () => {
  const acknowledge = { ...link, action: 'acknowledge' } as const;

  it('says that reminders stop and by what name the others are told', () => {
    const body = bodyOf({ link: acknowledge });
    expect(body).toContain('Reminders stop for this outage');
    expect(body).toContain('the others are told who is on it: the link sent to 1.');
    expect(body).toContain('name="nonce" value="a-nonce"');
  });

  it('has no form if someone is on it already', () => {
    const body = bodyOf({
      link: acknowledge,
      live: liveStatus({ up: false, acknowledgedBy: 'the link sent to 102' }),
    });
    expect(body).toContain('Someone is on it already: the link sent to 102.');
    expect(body).not.toContain('<form');
  });
});

describe('the page that confirms a drop', () => {
  it('asks for the number of waiting updates', () => {
    const body = drop(liveStatus({ pendingUpdates: 12 }));
    expect(body).toContain('name="shown" value="12 webhook"');
    expect(body).toContain('pattern="12"');
    expect(body).not.toContain('removes the webhook');
  });

  it('counts what waits in the updates queue too, in flight or not', () => {
    const body = drop(liveStatus({ pendingUpdates: 12, updatesQueue: queueResult }));
    expect(body).toContain('Waiting at Telegram and in the updates queue: 17.');
    expect(body).toContain('pattern="17"');
  });

  it('says that a webhook is removed too, even if nothing waits', () => {
    expect(drop(liveStatus({ pendingUpdates: 0, webhookSet: true }))).toContain(
      'This also removes the webhook.',
    );
  });

  it.each([
    ['nothing waits', liveStatus({ pendingUpdates: 0 }), 'The queue is empty'],
    ['Telegram does not answer', liveStatus({ pendingUpdates: null }), 'size is unknown right now'],
    [
      'the updates queue does not answer',
      liveStatus({ pendingUpdates: 3, updatesQueue: { ...queueResult, queue: null, problem: 'away' } }),
      'size is unknown right now',
    ],
  ])('has no form if %s', (_name, live, text) => {
    expect(drop(live)).toContain(text);
    expect(drop(live)).not.toContain('<form');
  });
});

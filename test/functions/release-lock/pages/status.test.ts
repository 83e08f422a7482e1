import { describe, expect, it } from 'vitest';
import { type StatusView, statusPage } from '../../../../functions/release-lock/pages/status.ts';
import { lockValue, quarantineOwner } from '../../../../services/core/lease/lock-value.ts';
import { liveStatus } from '../../../support/live-status.ts';
import { queueResult } from '../../../support/queue-view.ts';
import { rowsOf } from './page-fixture.ts';

const nowMs = Date.UTC(2026, 2, 1, 1, 19);
const ago = (seconds: number): string => new Date(nowMs - seconds * 1000).toISOString();
const lock = {
  value: lockValue({ host: 'h1', pid: 7, env: 'production', ts: ago(46), owner: 'a' }),
  host: 'h1',
  pid: 7,
  env: 'production',
  since: ago(46),
  ttlSeconds: 5.4,
  revoked: false,
};
const view: StatusView = {
  locale: 'en',
  live: liveStatus({
    lock,
    heartbeatAgeSeconds: 12,
    telegram: 'reachable',
    pendingUpdates: 3,
    webhookSet: false,
  }),
  nowMs,
  entries: [],
  inboxEntries: [],
  redact: (text) => text.replaceAll('a-secret', '[redacted]'),
};
const bodyOf = (more: Partial<StatusView>): string => statusPage({ ...view, ...more }).body;
const rows = (more: Partial<StatusView> = {}) => rowsOf(bodyOf(more));

describe('the status page', () => {
  it('says who polls, what becomes of the lock, the heartbeat’s age and what waits', () => {
    expect(rows()).toEqual({
      'Polls Telegram': 'h1, pid 7, production; for 46 s (since 01:18 UTC)',
      'Polling lock': 'expires in 5 s unless renewed',
      Heartbeat: '12 s ago (01:18 UTC)',
      Outage: 'none open',
      'Waiting updates': '3',
    });
  });

  it('shows the updates queue and its consumers in queue mode', () => {
    const live = liveStatus({ ...view.live, updatesQueue: queueResult });
    expect(rows({ live })).toMatchObject({
      'Updates queue': '3 wait, 2 in flight, 0 dead',
      'h:1': 'heartbeat 5 s, lag 0 s',
      'h:2': 'silent for 1 min, lag 3 s',
    });
    const silent = { ...queueResult, queue: null, problem: 'queue look: away', consumers: [] };
    expect(rows({ live: liveStatus({ ...view.live, updatesQueue: silent }) })).toMatchObject({
      'Updates queue': 'queue look: away',
      Handlers: 'no heartbeat',
    });
  });

  it('says the same in Russian', () => {
    expect(rows({ locale: 'ru' })).toEqual({
      Поллит: 'h1, pid 7, production; 46 с (с 01:18 UTC)',
      'Блокировка поллинга': 'истечёт через 5 с, если не продлить',
      Heartbeat: '12 с назад (01:18 UTC)',
      Сбой: 'нет',
      'Ждут ответа': '3',
    });
  });

  it('shows the date of a moment that is not today', () => {
    const live = liveStatus({ ...view.live, lock: { ...lock, since: ago(7200) } });
    expect(rows({ live })['Polls Telegram']).toContain('for 2 h (since 2026-02-28 23:19 UTC)');
  });

  it.each([
    ['a revoked lock', { ...lock, revoked: true }, 'revoked; expires in 5 s unless renewed'],
    ['a lock without expiry', { ...lock, ttlSeconds: null }, 'has no expiry'],
  ])('shows %s', (_name, one, text) => {
    expect(rows({ live: liveStatus({ lock: one }) })['Polling lock']).toBe(text);
  });

  it('shows no lock and no heartbeat as what they are', () => {
    const shown = rows({ live: liveStatus({ lock: null, heartbeatAgeSeconds: null }) });
    expect(shown).toMatchObject({ 'Polls Telegram': 'nobody', Heartbeat: 'none yet' });
    expect(shown).not.toHaveProperty('Polling lock');
  });

  it('shows the quarantine as no process', () => {
    const value = lockValue({
      host: 'quarantine',
      pid: 0,
      env: 'any',
      ts: ago(nowMs / 1000),
      owner: quarantineOwner,
    });
    const quarantine = { ...lock, value, host: 'quarantine', pid: 0, env: 'any', since: ago(nowMs / 1000) };
    const body = bodyOf({ live: liveStatus({ lock: quarantine }) });
    expect(body).not.toContain('pid 0');
    expect(body).not.toContain('1970');
    expect(rowsOf(body)['Polls Telegram']).toBe('nobody yet: quarantine after the store was wiped');
  });

  it('shows ECS and a webhook while the bot is up', () => {
    const ecs = { desired: 2, running: 1, deploying: true, lastStopReason: null };
    expect(rows({ live: liveStatus({ lock, ecs, telegram: 'reachable', webhookSet: true }) })).toMatchObject({
      ECS: 'tasks running: 1 of 2, restart in progress',
      Webhook: 'set',
    });
  });

  it.each([
    [
      'handlers-failing',
      { handlers: { failed: 6, handled: 7, lastError: 'x', at: ago(1) } },
      'down',
      /🔴 The handlers fail: 6 of 7/,
    ],
    [
      'not-polling',
      { cause: 'nobody-holds-the-lock' },
      'wait',
      /🟠 Nobody polls now: nobody holds the polling lock/,
    ],
    ['works', {}, 'up', /🟢 The bot works</],
  ] as const)('gives the verdict first: %s', (state, more, tone, line) => {
    const live = liveStatus({ ...view.live, ...more, state, told: state === 'not-polling' ? ago(60) : null });
    const body = bodyOf({ live });
    expect(body).toMatch(new RegExp(`<p class="${tone}"><strong>${line.source}`));
    expect(rowsOf(body)['Superadmins told']).toBe(
      { 'handlers-failing': 'not yet', 'not-polling': '1 min ago (01:18 UTC)', works: undefined }[state],
    );
  });

  it('says that alerts are snoozed, until when and why', () => {
    const snooze = { until: '2026-03-01T03:40:00.000Z', who: 'anna', why: '<b>' };
    const body = bodyOf({ live: liveStatus({ ...view.live, snooze }) });
    expect(rowsOf(body)['Alerts']).toBe('snoozed until 03:40 UTC (anna: &lt;b&gt;)');
    expect(rows()).not.toHaveProperty('Alerts');
  });

  it('says since when handlers fail', () => {
    const failing = liveStatus({ ...view.live, state: 'handlers-failing', since: ago(420) });
    expect(rows({ live: failing })['Handlers failing']).toBe('for 7 min (since 01:12 UTC)');
    expect(rows({ live: failing, locale: 'ru' })['Ошибки обработчиков']).toBe('7 мин (с 01:12 UTC)');
    expect(rows()).not.toHaveProperty('Handlers failing');
  });

  it('shows a lock value that names no process as it is', () => {
    const value = 'worker\u001b[2J <b>';
    const foreign = { ...lock, value, host: null, pid: null, env: null, since: null };
    expect(bodyOf({ live: liveStatus({ lock: foreign }) })).toContain('worker\\u001b[2J &lt;b&gt;');
  });

  it('leaves the rest to the diagnosis while the bot is down', () => {
    const outage = { id: 'outage-1', unstableId: null, since: ago(400), opened: ago(100) };
    const live = liveStatus({ up: false, outage, diagnosis: ['Cause: polling fails', 'no label'] });
    const shown = rows({ live });
    expect(shown).toMatchObject({ Cause: 'polling fails', Outage: 'for 6 min (since 01:12 UTC)' });
    expect(shown).not.toHaveProperty('Waiting updates');
  });

  it('lists audit events in the reader’s language with their age, redacted', () => {
    const entry = { id: `${nowMs - 46_000}-0`, before: '', after: '' };
    const entries = [
      {
        ...entry,
        event: 'acquired',
        who: 'host h1, pid 7, environment production',
        why: 'the lock was free',
      },
      { ...entry, event: 'broken', who: 'anna', why: 'a-secret <b>' },
    ];
    const body = bodyOf({ entries, locale: 'ru' });
    expect(body).toContain(
      'Блокировка взята <small>46 с назад (01:18 UTC)<br>h1, pid 7, production: блокировка была свободна',
    );
    expect(body).toContain('anna: [redacted] &lt;b&gt;');
  });

  it('lists inbox entries with their age, redacted, marked as read or unread', () => {
    const entry = {
      id: '1',
      type: 't',
      priority: 'NORMAL',
      title: 'Title',
      text: 'a-secret',
      read: false,
    } as const;
    const body = bodyOf({
      inboxEntries: [
        { ...entry, ts: ago(46) },
        { ...entry, ts: 'x', read: true },
      ],
    });
    expect(body).toContain('<span>●</span><span>Title <small>46 s ago (01:18 UTC)</small>');
    expect(body).toContain('<span>○</span><span>Title <small></small>');
    expect(body).not.toContain('a-secret');
  });

  it('has no form and no script', () => {
    expect(bodyOf({})).not.toMatch(/<form|<script/);
  });
});

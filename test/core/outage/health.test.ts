import { describe, expect, it } from 'vitest';
import { readHeartbeat } from '../../../services/core/lease/heartbeat.ts';
import { lockValue, quarantineOwner } from '../../../services/core/lease/lock-value.ts';
import { type HealthFacts, judgeHealth } from '../../../services/core/outage/health.ts';
import type { QueueFacts } from '../../../services/core/outage/queue-trouble.ts';
import type { SeenConsumer } from '../../../services/core/queue/queue-watch.ts';
import { reportOfTerm } from '../../../services/core/updates/handlers-report.ts';
import { emptyQueue, seenConsumer } from '../../support/queue-view.ts';

const nowMs = Date.UTC(2026, 2, 1, 3);
const settings = { staleMs: 300_000, lateMs: 60_000, reminderMs: 0, autoRestartMs: 0 };
const held = {
  value: lockValue({ host: 'h', pid: 7, env: 'production', ts: new Date(nowMs).toISOString(), owner: 'a' }),
  ttlMs: 20_000,
};
const quarantine = {
  value: lockValue({ host: 'q', pid: 0, env: 'any', ts: '', owner: quarantineOwner }),
  ttlMs: 1,
};
const beat = (agoMs: number, last_error: string | null = null) =>
  readHeartbeat(JSON.stringify({ ts: new Date(nowMs - agoMs).toISOString(), last_error }));
const noOutage = {
  firstRunMs: 0,
  malformedSinceMs: null,
  alertFlag: null,
  outage: null,
  unstable: null,
  messagesMs: [],
};
const openOutage = {
  id: 'o',
  state: 'open',
  sinceMs: nowMs - 400_000,
  openedMs: nowMs - 100_000,
  recoveredMs: null,
  reminders: 0,
  restarted: false,
  told: true,
  acknowledged: null,
} as const;
const reachable = { kind: 'reachable', pendingUpdates: 3, webhookHost: null } as const;
const handlers = { epoch: 1, sinceMs: nowMs - 90_000, atMs: nowMs, failed: 6, handled: 7, lastError: 'boom' };

/** In which updates wait. */
const queueOf = (...consumers: readonly SeenConsumer[]): QueueFacts => ({
  view: { ...emptyQueue, visible: 1 },
  problem: null,
  consumers,
});

const well: HealthFacts = {
  nowMs,
  heartbeat: beat(20_000),
  held,
  memory: noOutage,
  environment: 'production',
  handlers: undefined,
  queue: undefined,
  queueTrouble: undefined,
  toldMs: () => undefined,
  telegram: reachable,
  ecs: { kind: 'not-configured' },
};

const table: readonly (readonly [string, Partial<HealthFacts>, string, string | null, number | null])[] = [
  ['a leader with a fresh heartbeat', {}, 'works', null, null],
  ['a late heartbeat', { heartbeat: beat(60_001) }, 'not-polling', 'holder-silent', 60_001],
  ['a heartbeat that is almost late', { heartbeat: beat(60_000) }, 'works', null, null],
  [
    'polls that fail, by the holder’s own word',
    { heartbeat: beat(20_000, 'getUpdates: 502') },
    'not-polling',
    'polls-failing',
    20_000,
  ],
  [
    'polls that another program interrupts',
    { heartbeat: beat(20_000, 'getUpdates: 409: Conflict') },
    'not-polling',
    'another-poller',
    20_000,
  ],
  ['a free lock, from the first second', { held: undefined }, 'not-polling', 'nobody-holds-the-lock', 20_000],
  ['the quarantine', { held: quarantine }, 'not-polling', 'store-was-wiped', 20_000],
  [
    'a revoked token, whose worker is gone',
    { held: undefined, telegram: { kind: 'token-rejected' } },
    'not-polling',
    'token-rejected',
    20_000,
  ],
  [
    'a revoked token, whose worker still polls',
    { telegram: { kind: 'token-rejected' } },
    'endangered',
    'token-rejected',
    null,
  ],
  ['a webhook', { telegram: { ...reachable, webhookHost: 'x' } }, 'endangered', 'webhook-set', null],
  ['failing handlers', { handlers }, 'handlers-failing', 'handlers-failing', 90_000],
  ['a queue that handlers keep up with', { queue: queueOf(seenConsumer()) }, 'works', null, null],
  [
    'updates that nobody handles, since the monitor’s mark',
    { queue: queueOf(), queueTrouble: { trouble: 'handlers-absent', sinceMs: nowMs - 70_000 } },
    'handlers-absent',
    'handlers-absent',
    70_000,
  ],
  [
    'updates that nobody handles, from the first second',
    { queue: queueOf() },
    'handlers-absent',
    'handlers-absent',
    null,
  ],
  [
    'nobody handles, whatever failed before',
    { queue: queueOf(), handlers },
    'handlers-absent',
    'handlers-absent',
    null,
  ],
  [
    'handlers that are behind, after a mark of another trouble',
    {
      queue: queueOf(seenConsumer({ lagMs: 90_000 })),
      queueTrouble: { trouble: 'handlers-absent', sinceMs: nowMs - 70_000 },
    },
    'handlers-behind',
    'handlers-behind',
    null,
  ],
  [
    'handlers that fail and are behind',
    { queue: queueOf(seenConsumer({ lagMs: 90_000 })), handlers },
    'handlers-failing',
    'handlers-failing',
    90_000,
  ],
  [
    'nobody polls, and nobody handles',
    { queue: queueOf(), held: undefined },
    'not-polling',
    'nobody-holds-the-lock',
    20_000,
  ],
  [
    'failing handlers that nobody polls for any more',
    { handlers, held: undefined },
    'not-polling',
    'nobody-holds-the-lock',
    20_000,
  ],
  [
    'no heartbeat yet',
    { heartbeat: readHeartbeat(null), memory: { ...noOutage, firstRunMs: nowMs } },
    'not-polling',
    'holder-silent',
    null,
  ],
  [
    'silence beyond the limit',
    { heartbeat: beat(300_001), held: undefined },
    'down',
    'nobody-holds-the-lock',
    300_001,
  ],
];

describe('the verdict', () => {
  it.each(table)('on %s', (_what, facts, state, cause, agoMs) => {
    const health = judgeHealth({ ...well, ...facts }, settings);
    expect([health.state, health.diagnosis?.cause ?? null]).toEqual([state, cause]);
    expect(health.sinceMs).toBe(agoMs === null ? null : nowMs - agoMs);
  });

  it('says when the superadmins were told of an outage, and only of an open one', () => {
    const silent = { ...well, heartbeat: beat(400_000) };
    expect(judgeHealth(silent, settings).toldMs).toBeNull();
    const told = { ...noOutage, outage: openOutage, alertFlag: 'o' };
    expect(judgeHealth({ ...silent, memory: told }, settings).toldMs).toBe(openOutage.openedMs);
    const deleted = { ...told, alertFlag: null };
    expect(judgeHealth({ ...silent, memory: deleted }, settings).toldMs).toBeNull();
  });

  it('says when they were told of failing handlers, but not of an earlier failure', () => {
    const failing = { ...well, handlers };
    expect(judgeHealth({ ...failing, toldMs: () => nowMs - 80_000 }, settings).toldMs).toBe(nowMs - 80_000);
    expect(judgeHealth({ ...failing, toldMs: () => nowMs - 95_000 }, settings).toldMs).toBeNull();
  });

  it('says when they were told of a trouble of queue mode, but not of an earlier one', () => {
    const queueTrouble = { trouble: 'handlers-absent', sinceMs: nowMs - 70_000 } as const;
    const absent = { ...well, queue: queueOf(), queueTrouble };
    expect(judgeHealth({ ...absent, toldMs: () => nowMs - 60_000 }, settings).toldMs).toBe(nowMs - 60_000);
    expect(judgeHealth({ ...absent, toldMs: () => nowMs - 75_000 }, settings).toldMs).toBeNull();
  });

  it('names the handlers’ error', () => {
    expect(judgeHealth({ ...well, handlers }, settings).diagnosis?.lastError).toBe('boom');
  });
});

it('a report counts in its own term alone', () => {
  expect(reportOfTerm(handlers, 1)).toBe(handlers);
  expect(reportOfTerm(handlers, 2)).toBeUndefined();
  expect(reportOfTerm(handlers, null)).toBeUndefined();
  expect(reportOfTerm(undefined, 1)).toBeUndefined();
});

import { describe, expect, it } from 'vitest';
import {
  agoText,
  answerText,
  facts,
  statusText,
  timeText,
  waitingUpdates,
} from '../../services/cli/render.ts';
import { lockValue } from '../../services/core/lease/lock-value.ts';
import type { StatusAnswer } from '../../services/core/ops/results.ts';
import { liveStatus } from '../support/live-status.ts';
import { queueResult } from '../support/queue-view.ts';

const now = Date.parse('2026-03-01T01:19:08Z');
const holder = { host: 'vm', pid: 7, env: 'production', ts: '2026-03-01T01:18:22Z', owner: 'o' };

const up = liveStatus({
  lock: {
    value: lockValue(holder),
    host: holder.host,
    pid: holder.pid,
    env: holder.env,
    since: holder.ts,
    ttlSeconds: 5,
    revoked: false,
  },
  epoch: 3,
  heartbeatAgeSeconds: 46,
  heartbeat: '{}',
  ecs: { desired: 2, running: 2, deploying: false, lastStopReason: null },
  environment: 'production',
});

/** The values by the names in front of them. */
function factsOf(text: string): Record<string, string> {
  const lines = text.matchAll(/^ {2}(.+?) {2,}(.+)$/gm);
  return Object.fromEntries([...lines].map(([, name = '', value = '']) => [name, value]));
}

const factsFor = (more: Partial<StatusAnswer>) => factsOf(statusText({ ...up, ...more }, now));

describe('a status', () => {
  it('that is fine', () => {
    expect(statusText(up, now)).toMatch(/^The bot works\.\n/);
    expect(factsFor({})).toEqual({
      polls: 'host vm, pid 7, environment production, took the lock 46 s ago (01:18 UTC)',
      lock: 'expires in 5 s unless renewed',
      term: '3',
      heartbeat: '46 s ago (01:18 UTC)',
      telegram: 'reachable',
      queue: '0 waiting',
      tasks: '2 of 2 running',
      outage: 'none open',
    });
  });

  it('of a bot that is down says for how long', () => {
    const down = { ...up, up: false, state: 'down', heartbeatAgeSeconds: 600 } as const;
    expect(statusText(down, now)).toMatch(/^The bot is DOWN: silent for 10 min\.\n/);
    expect(statusText({ ...down, heartbeatAgeSeconds: null }, now)).toMatch(/DOWN: there is no heartbeat\./);
    const outage = {
      id: '1',
      unstableId: null,
      since: '2026-03-01T01:09:08Z',
      opened: '2026-03-01T01:14:08Z',
    };
    expect(factsFor({ outage })['outage']).toBe('open; it began 10 min ago (01:09 UTC)');
  });

  it('of an outage that somebody is on says who', () => {
    const told = { up: false, state: 'down', told: '2026-03-01T01:14:08Z' } as const;
    expect(factsFor(told)['told']).not.toContain('on it');
    const taken = { ...told, acknowledgedBy: 'the link sent to 102' };
    expect(factsFor(taken)['told']).toMatch(/^5 min ago.*under the alert sent to 102$/);
    expect(answerText({ ok: true, action: 'acknowledge', by: 'anna', isNew: true }, now)).toBe(
      'On it: anna.\n',
    );
  });

  it('shows the quarantine as the quarantine, not as a process', () => {
    const value = lockValue({ ...holder, host: 'quarantine', pid: 0, env: 'any', owner: 'quarantine' });
    const shown = factsFor({ lock: { ...up.lock, value, since: new Date(0).toISOString() } as never });
    expect(shown['polls']).toBe('nobody: the lock is held by the quarantine after an empty store');
    expect(JSON.stringify(shown)).not.toContain('pid');
  });

  it('shows a lock that another program wrote as it is', () => {
    const lock = { ...up.lock, value: 'x', since: 'yesterday', ttlSeconds: null, revoked: true };
    expect(factsFor({ lock: lock as never })).toMatchObject({
      polls: 'a process that wrote "x", took the lock yesterday',
      'lock value': 'x',
      lock: 'WITHOUT EXPIRY; revoked: its holder was asked to release it',
    });
  });

  it('shows a free lock, and what is unknown with its reason', () => {
    const unknown = { lock: null, heartbeatAgeSeconds: null, ecs: null, ecsProblem: 'no region' };
    expect(factsFor({ ...unknown, telegram: 'not-asked', telegramProblem: 'X is not set' })).toMatchObject({
      polls: 'nobody',
      lock: 'free',
      heartbeat: 'not written',
      telegram: 'unknown: X is not set',
      queue: 'unknown: Telegram is not-asked',
      ECS: 'unknown: no region',
    });
    expect(factsFor({ ecs: null })).not.toHaveProperty('tasks');
  });

  it('shows the whole of a lock value that names no process', () => {
    const value = `${'long '.repeat(60)}end`;
    const lock = { ...up.lock, value, since: null };
    expect(factsFor({ lock: lock as never })['lock value']).toBe(value);
    expect(factsFor({})).not.toHaveProperty('lock value');
  });

  it('of a bot whose handlers fail says how many, since when, with what, and whether people were told', () => {
    const failing = {
      state: 'handlers-failing',
      since: '2026-03-01T01:12:08Z',
      handlers: { failed: 6, handled: 7, lastError: 'boom', at: '2026-03-01T01:19:00Z' },
    } as const;
    expect(statusText({ ...up, ...failing }, now)).toMatch(
      /^The handlers fail: 6 of 7 updates within 10 min/,
    );
    expect(factsFor(failing)).toMatchObject({
      handlers:
        '6 of 7 updates failed within 10 minutes, since 7 min ago (01:12 UTC); last seen 8 s ago (01:19 UTC): boom',
      told: 'not yet',
    });
  });

  it('adds from the diagnosis only what the facts do not show', () => {
    const diagnosis = ['Cause: it hangs', 'Tasks: 0 of 1', 'Do this: recover'];
    const shown = factsFor({ diagnosis });
    expect(shown).toMatchObject({ cause: 'it hangs', 'do this': 'recover' });
    expect(Object.values(shown)).not.toContain('0 of 1');
  });
});

describe('times', () => {
  it('of today have no date, others have', () => {
    expect(agoText(now - 46_000, now)).toBe('46 s ago (01:18 UTC)');
    expect(agoText(now - 4 * 3_600_000, now)).toBe('4 h ago (2026-02-28 21:19 UTC)');
    expect(timeText(now)).toBe('2026-03-01 01:19:08 UTC');
  });

  it('that are still to come, by a slow clock, count as now', () => {
    expect(agoText(now + 5000, now)).toBe('0 s ago (01:19 UTC)');
  });
});

describe('an answer', () => {
  const lock = { previousValue: lockValue(holder), heartbeatAgeSeconds: 46 };

  it.each([
    ['released', 'The lock is free: its holder released it, or it expired.'],
    ['revoked', 'NOT YET: the lock is revoked, but still held.'],
    ['broken', 'The lock was deleted.'],
    ['absent', 'There was nothing to release'],
  ] as const)('of release-lock says how it went: %s', (mode, text) => {
    const answered = { ok: true, action: 'release-lock', lockRemoved: true, mode, ...lock } as const;
    expect(answerText(answered, now)).toContain(text);
    expect(factsOf(answerText(answered, now))).toEqual({
      'was held by': 'host vm, pid 7, environment production',
      heartbeat: '46 s ago (01:18 UTC)',
    });
  });

  it('that failed shows the steps, the message and the code', () => {
    const text = answerText(
      {
        ok: false,
        error: { code: 'ECS_FAILED', message: 'throttled' },
        steps: [
          { step: 'release-lock', outcome: 'done' },
          { step: 'restart', outcome: 'failed', why: 'throttled' },
        ],
      },
      now,
    );
    expect(factsOf(text)).toEqual({ 'release-lock': 'done', restart: 'failed: throttled' });
    expect(text).toMatch(/FAILED: throttled \(ECS_FAILED\)\n$/);
  });

  it('of drop-updates counts what it deleted', () => {
    const dropped = { ok: true, action: 'drop-updates', droppedUpdates: 1, webhookRemoved: true } as const;
    expect(answerText(dropped, now)).toBe('Deleted 1 waiting update, and the webhook.\n');
    expect(waitingUpdates(2)).toBe('2 waiting updates');
    expect(answerText({ ...dropped, purgedMessages: 5 }, now)).toMatch(
      /\nPurged the updates queue of about 5 waiting updates; SQS may take a minute for it\.\n$/,
    );
  });

  it('of restart names both deployments in queue mode', () => {
    const restarted = { ok: true, action: 'restart', restarted: true, deploymentId: 'w2' } as const;
    expect(answerText(restarted, now)).toMatch(/^The worker is restarting \(deployment w2\)\./);
    expect(answerText({ ...restarted, handlersDeploymentId: 'h2' }, now)).toMatch(
      /^The worker and the handlers are restarting \(deployments w2 and h2\)\./,
    );
  });

  it('of status shows the updates queue and its consumers, in queue mode alone', () => {
    const queued = factsOf(statusText(liveStatus({ updatesQueue: queueResult }), now));
    expect(queued).toMatchObject({
      'updates queue': '3 waiting, 2 in flight, 0 in its dead-letter queue',
      consumers: 'h:1, seen 5 s ago, lag 0 s, 1 running; h:2, SILENT for 1 min, lag 3 s, 0 running',
      'their tasks': '1 of 2 running',
    });
    const silent = { ...queueResult, queue: null, problem: 'queue look: away', consumers: [], tasks: null };
    expect(factsOf(statusText(liveStatus({ updatesQueue: silent }), now))).toMatchObject({
      'updates queue': 'unknown: queue look: away',
      consumers: 'none',
    });
    expect(factsOf(statusText(liveStatus(), now))).not.toHaveProperty('updates queue');
  });
});

it('aligns facts and leaves out those without a value', () => {
  const pairs = [
    ['a', '1'],
    ['long', '2'],
    ['none', undefined],
  ] as const;
  expect(facts(pairs)).toBe('  a     1\n  long  2\n');
});

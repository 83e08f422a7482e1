import { describe, expect, it } from 'vitest';
import { readHeartbeat } from '../../../services/core/lease/heartbeat.ts';
import { lockValue, quarantineOwner } from '../../../services/core/lease/lock-value.ts';
import {
  type Cause,
  causes,
  type DiagnosisFacts,
  diagnose,
} from '../../../services/core/outage/diagnosis.ts';
import { queueTroubles } from '../../../services/core/outage/queue-trouble.ts';

const holder = {
  host: 'ip-10-0-1-5',
  pid: 7,
  env: 'production',
  ts: '2026-03-01T02:00:00.000Z',
  owner: 'a1',
};
const held = { value: lockValue(holder), ttlMs: 20_000 };
const beat = (lastError: string | null = null) =>
  readHeartbeat(
    JSON.stringify({
      host: 'old-host',
      pid: 3,
      env: 'production',
      ts: '2026-03-01T02:00:00Z',
      last_error: lastError,
    }),
  );
const ecs = (running: number, desired: number) =>
  ({ kind: 'known', running, desired, deploying: false, lastStopReason: 'OutOfMemoryError' }) as const;
const silentHolder: DiagnosisFacts = {
  heartbeat: beat(),
  heartbeatMalformed: false,
  held,
  environment: 'production',
  telegram: { kind: 'reachable', pendingUpdates: 12, webhookHost: null },
  ecs: ecs(1, 1),
};

const table: readonly (readonly [string, Cause, Partial<DiagnosisFacts>])[] = [
  ['a holder without heartbeats or errors', 'holder-silent', {}],
  ['polls that fail', 'polls-failing', { heartbeat: beat('getUpdates: HTTP 502') }],
  [
    'polls that fail with a conflict',
    'another-poller',
    { heartbeat: beat('getUpdates: 409 Conflict: terminated by other getUpdates request') },
  ],
  ['Telegram unreachable for the monitor too', 'telegram-unreachable', { telegram: { kind: 'unreachable' } }],
  [
    'a malformed heartbeat',
    'heartbeat-malformed',
    { heartbeat: readHeartbeat('x'), heartbeatMalformed: true },
  ],
  ['a lock without expiry', 'lock-without-expiry', { held: { ...held, ttlMs: null } }],
  [
    'a quarantine',
    'store-was-wiped',
    { held: { value: lockValue({ ...holder, owner: quarantineOwner }), ttlMs: 9 } },
  ],
  ['no lock after a heartbeat', 'nobody-holds-the-lock', { held: undefined }],
  ['neither lock nor heartbeat', 'never-started', { held: undefined, heartbeat: readHeartbeat(null) }],
  [
    'a process of another environment, though no task of this one runs',
    'other-environment',
    { environment: 'staging', ecs: ecs(0, 1) },
  ],
  ['a holder that names no environment', 'holder-silent', { held: { value: '{"env":"moon"}', ttlMs: 9 } }],
  ['a monitor that knows no environment', 'holder-silent', { environment: undefined }],
  ['no task', 'no-task-running', { ecs: ecs(0, 1), held: undefined }],
  ['a service scaled to zero', 'worker-switched-off', { ecs: ecs(0, 0) }],
  [
    'a webhook, whatever else is wrong',
    'webhook-set',
    { telegram: { kind: 'reachable', pendingUpdates: 1, webhookHost: 'x.org' }, ecs: ecs(0, 1) },
  ],
  [
    'a rejected token, whatever else is wrong',
    'token-rejected',
    { telegram: { kind: 'token-rejected' }, ecs: ecs(0, 1), held: undefined },
  ],
];

describe('diagnose', () => {
  it.each(table)('finds for %s: %s', (_name, cause, facts) => {
    expect(diagnose({ ...silentHolder, ...facts }).cause).toBe(cause);
  });

  it('finds every cause but that of a bot that polls', () => {
    expect(new Set([...table.map(([, cause]) => cause), 'handlers-failing', ...queueTroubles])).toEqual(
      new Set(causes),
    );
  });

  it('names the lock holder; without one, the writer of the last heartbeat', () => {
    expect(diagnose(silentHolder)).toMatchObject({
      holdsLock: true,
      holder: { host: 'ip-10-0-1-5', pid: 7 },
    });
    expect(diagnose({ ...silentHolder, held: undefined })).toMatchObject({
      holdsLock: false,
      holder: { host: 'old-host', pid: 3 },
    });
  });

  it('shows nothing of a foreign lock value', () => {
    const foreign = { value: '{"host":{"a":1},"pid":"x"}', ttlMs: 5 };
    expect(diagnose({ ...silentHolder, held: foreign }).holder).toBeNull();
    expect(diagnose({ ...silentHolder, held: { value: 'plain text', ttlMs: 5 } }).holder).toBeNull();
  });

  it('names no holder during the quarantine', () => {
    const value = lockValue({ ...holder, host: 'quarantine', pid: 0, owner: quarantineOwner });
    expect(diagnose({ ...silentHolder, held: { value, ttlMs: 5 } })).toMatchObject({
      holder: null,
      holdsLock: true,
    });
  });
});

import { describe, expect, it } from 'vitest';
import { checksOf, checksText, isUnreachable } from '../../services/cli/checks.ts';
import { lockValue } from '../../services/core/lease/lock-value.ts';
import type { StatusAnswer } from '../../services/core/ops/results.ts';
import { liveStatus } from '../support/live-status.ts';

const nowMs = Date.parse('2026-03-01T01:19:08Z');
const value = lockValue({ host: 'vm', pid: 7, env: 'production', ts: '2026-03-01T01:18:22Z', owner: 'o' });
const lock = { value, host: 'vm', pid: 7, env: 'production', since: null, ttlSeconds: 20, revoked: false };
const well = liveStatus({
  lock,
  epoch: 3,
  heartbeatAgeSeconds: 12,
  heartbeat: '{}',
  ecs: { desired: 1, running: 1, deploying: false, lastStopReason: null },
  environment: 'production',
});
const handlers = { failed: 6, handled: 7, lastError: 'boom', at: '2026-03-01T01:19:00Z' };

function check(name: string, more: Partial<StatusAnswer>): string {
  const found = checksOf({ ...well, ...more }, [], nowMs).find((one) => one.name === name);
  return `${found?.ok ? '✓' : '–'} ${found?.came}`;
}

describe('a check', () => {
  it.each([
    ['environment', {}, '✓ yes, production'],
    ['environment', { environment: null }, '– unknown: none is set here'],
    ['environment', { environmentProblem: 'expected staging' }, '– expected staging'],
    ['lock', {}, '✓ host vm, pid 7, environment production; expires in 20 s unless renewed'],
    ['lock', { lock: null }, '– nobody'],
    [
      'lock',
      { lock: { ...lock, ttlSeconds: null } },
      '– host vm, pid 7, environment production; WITHOUT EXPIRY',
    ],
    [
      'lock',
      { lock: { ...lock, revoked: true } },
      '– host vm, pid 7, environment production; expires in 20 s unless renewed, revoked',
    ],
    [
      'lock',
      { lock: { ...lock, value: 'no JSON' } },
      '✓ an unknown program, with no JSON; expires in 20 s unless renewed',
    ],
    ['heartbeat', {}, '✓ 12 s ago (01:18 UTC)'],
    ['heartbeat', { state: 'not-polling' }, '– 12 s ago (01:18 UTC)'],
    [
      'heartbeat',
      { heartbeat: '{"ts":"2026-03-01T01:18:56Z","last_error":"getUpdates: 502\\n\\u001b[2J"}' },
      '– 12 s ago (01:18 UTC); polls have failed since: getUpdates: 502 \\u001b[2J',
    ],
    ['heartbeat', { heartbeatAgeSeconds: null, heartbeat: null }, '– there is none'],
    ['heartbeat', { heartbeatAgeSeconds: null }, '– it cannot be read'],
    ['handlers', {}, '✓ no'],
    [
      'handlers',
      { handlers, since: '2026-03-01T01:12:08Z' },
      '– 6 of 7 within 10 minutes, since 7 min ago (01:12 UTC): boom',
    ],
    ['telegram', { pendingUpdates: 3 }, '✓ 3 waiting'],
    ['telegram', { telegram: 'token-rejected' }, '– token-rejected'],
    ['telegram', { telegram: 'not-asked', telegramProblem: 'X is not set' }, '– unknown: X is not set'],
    ['webhook', { webhookSet: true }, '– SET: polling is impossible'],
    ['webhook', { webhookSet: null }, '– unknown'],
    ['tasks', {}, '✓ 1 of 1 running'],
    ['tasks', { ecsProblem: 'no region' }, '– unknown: no region'],
    ['tasks', { ecs: null }, '– unknown: ECS_CLUSTER and ECS_SERVICE are not set'],
    [
      'tasks',
      { ecs: { desired: 1, running: 0, deploying: false, lastStopReason: 'OutOfMemory' } },
      '– 0 of 1 running; the last one stopped: OutOfMemory',
    ],
    ['alerts', {}, '✓ yes'],
    [
      'alerts',
      { snooze: { until: '2026-03-01T03:40:00Z', who: 'anna', why: 'deploying' } },
      '– snoozed until 03:40 UTC (anna: deploying)',
    ],
    ['outage', {}, '✓ no'],
    [
      'outage',
      { outage: { id: 'o', unstableId: null, since: '2026-03-01T01:09:08Z', opened: '' } },
      '– yes; it began 10 min ago (01:09 UTC)',
    ],
  ] as readonly (readonly [string, Partial<StatusAnswer>, string])[])(
    'of %s with %j: %s',
    (name, more, came) => {
      expect(check(name, more)).toBe(came);
    },
  );

  it.each([
    ['reachable', '✓', 'reachable', false],
    ['blocked', '–', 'CANNOT BE REACHED: has blocked the bot', true],
    ['never-started-or-wrong-id', '–', 'CANNOT BE REACHED: never pressed Start, or the id is wrong', true],
    ['deleted-account', '–', 'CANNOT BE REACHED: the account is deleted', true],
    ['is-a-bot', '–', 'CANNOT BE REACHED: this is the id of a bot', true],
    ['unknown', '–', 'unknown', false],
  ] as const)('of a superadmin: %s', (result, mark, came, unreachable) => {
    const recipient = {
      telegramId: '101',
      result,
      said: result === 'reachable' ? null : 'what Telegram said',
    };
    const text = checksText(checksOf(well, [recipient], nowMs));
    const said = result === 'reachable' ? '' : ' (what Telegram said)';
    expect(text).toContain(`  ${mark} superadmin 101  sendChatAction: ${came}${said}\n`);
    expect(isUnreachable(recipient)).toBe(unreachable);
  });

  it('of superadmins who were not tried says why', () => {
    const text = checksText(checksOf(well, { notAsked: 'no token' }, nowMs));
    expect(text).toContain('  – superadmins  sendChatAction to each: unknown: no token\n');
    const known = checksText(checksOf({ ...well, unreachable: ['102'] }, { notAsked: 'no token' }, nowMs));
    expect(known).toContain('  – superadmin 102  the monitor’s last message in Telegram: NOT DELIVERED\n');
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { withoutStack } from '../../services/adapters/handler-observer.ts';
import { BotMetrics } from '../../services/bot/metrics.ts';
import { leaseObserver, sessionObserver } from '../../services/bot/observer.ts';
import { LockHeldError, TermOverError } from '../../services/core/lease/errors.ts';
import type { LeaseObserver } from '../../services/core/lease/lease.ts';
import type { Term } from '../../services/core/lease/term.ts';
import { BotApiRefusedError, BotApiUnreachableError } from '../../services/core/platform/bot-api.ts';
import type { Logger } from '../../services/core/platform/logger.ts';
import { StoreUnreachableError } from '../../services/core/platform/store-errors.ts';
import type { ReceivedUpdate } from '../../services/core/updates/handler-run.ts';
import type { SessionObserver } from '../../services/core/updates/polling-session.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

interface Line {
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>> | undefined;
}

let lines: Line[];
let lease: LeaseObserver;
let session: SessionObserver;
let ends: unknown[][];
beforeEach(() => {
  lines = [];
  ends = [];
  const log =
    (level: string) =>
    (message: string, fields?: Line['fields']): void =>
      void lines.push({ level, message, fields });
  const logger: Logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
  const zero = () => 0;
  const metrics = new BotMetrics('1', { leader: () => false, epoch: zero, inFlight: zero, journaled: zero });
  lease = leaseObserver(logger, metrics);
  session = sessionObserver({
    logger,
    metrics,
    clock: new VirtualClock(),
    handlers: { ended: (...end) => void ends.push(end) },
    apiRoot: 'https://api.example',
  });
});

const heldBy = (pid: number) => ({ value: JSON.stringify({ host: 'h', pid }), ttlMs: 5000 });
const term = { epoch: 3, value: 'v' } as Term;
const received = {
  update: { update_id: 9, message: { chat: { id: 5 } } },
  attempt: 2,
} as unknown as ReceivedUpdate;

describe('leaseObserver', () => {
  it('logs each holder once, however often the standby looks', () => {
    lease.onStandby(heldBy(1), 'held');
    lease.onStandby({ ...heldBy(1), ttlMs: 100 }, 'held');
    lease.onStandby(heldBy(2), 'held');
    expect(lines.map(({ message }) => message)).toEqual([
      'standing by: the lock is held by host h, pid 1, environment unknown',
      'standing by: the lock is held by host h, pid 2, environment unknown',
    ]);
  });

  it('logs the same holder again after a term of its own', () => {
    lease.onStandby(heldBy(1), 'held');
    lease.onAcquired(term);
    lease.onStandby(heldBy(1), 'held');
    expect(lines).toHaveLength(3);
  });

  it('explains the quarantine', () => {
    lease.onStandby(heldBy(0), 'quarantined');
    expect(lines).toMatchObject([
      { level: 'info', message: expect.stringContaining('the store knows no epoch') },
    ]);
  });

  it.each([
    ['released', 'info', /^released the polling lock$/],
    ['lost', 'warn', /^stepping down: lost$/],
    ['expired', 'warn', /^stepping down: expired$/],
  ] as const)('logs the end of a term that was %s as %s', (reason, level, message) => {
    lease.onTermEnding(term, reason);
    expect(lines).toMatchObject([{ level, message: expect.stringMatching(message) }]);
  });

  it('logs a refused start as an error that names the setting, other failures as warnings', () => {
    lease.onTrouble('start', new LockHeldError(heldBy(1)));
    lease.onTrouble('renew', new StoreUnreachableError('renew', new Error('time-out')));
    expect(lines).toMatchObject([
      { level: 'error', message: expect.stringContaining('POLLING_LOCK_BUSY') },
      { level: 'warn', message: 'renew failed' },
    ]);
  });
});

describe('sessionObserver', () => {
  it('logs nothing about a handler that succeeded', () => {
    session.onEnd(received, 'ok', 5);
    expect(lines).toEqual([]);
  });

  it('passes the ends of handlers to their alarm, but not a call that was refused because the term is over', () => {
    const bug = new TypeError('a bug');
    session.onEnd(received, 'ok', 5);
    session.onEnd(received, 'failed', 5, bug);
    session.onEnd(received, 'failed', 5, new TermOverError('sendMessage'));
    expect(ends).toEqual([
      ['ok', undefined],
      ['failed', bug],
    ]);
  });

  it('logs a failed handler as an error with its stack, a fenced one as a warning without', () => {
    const bug = new TypeError('a bug');
    session.onEnd(received, 'failed', 5, bug);
    session.onEnd(received, 'failed', 5, new TermOverError('sendMessage'));
    expect(lines).toMatchObject([
      { level: 'error', message: 'a handler failed', fields: { updateId: 9, attempt: 2, error: bug } },
      { level: 'warn', fields: { error: { code: 'POLLING_LOCK_LOST' } } },
    ]);
    expect(lines[1]?.fields?.['error']).not.toHaveProperty('stack');
  });

  it.each([
    [401, false],
    [404, true],
  ])('logs a token rejected with %i; names TELEGRAM_API_ROOT: %s', (status, namesRoot) => {
    session.onTrouble(
      'getMe',
      new BotApiRefusedError('getMe', { status, description: status === 404 ? 'Not Found' : 'Unauthorized' }),
    );
    expect(lines).toMatchObject([{ level: 'error', message: expect.stringContaining('@BotFather') }]);
    expect(lines[0]?.message.includes('TELEGRAM_API_ROOT (https://api.example)')).toBe(namesRoot);
  });

  it('names the server that does not answer', () => {
    const error = new BotApiUnreachableError('getUpdates', 'time-out', { aborted: false, cause: undefined });
    session.onTrouble('getUpdates', error);
    expect(lines).toMatchObject([{ level: 'warn', fields: { apiRoot: 'https://api.example' } }]);
  });
});

describe('withoutStack', () => {
  it('keeps name, code and message of an expected error, and leaves a bug as it is', () => {
    const bug = new TypeError('a bug');
    expect(withoutStack(bug)).toBe(bug);
    expect(withoutStack('text')).toBe('text');
    expect(withoutStack(new TermOverError('sendMessage'))).toEqual({
      name: 'TermOverError',
      code: 'POLLING_LOCK_LOST',
      message: expect.stringContaining('sendMessage'),
    });
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { HandlerRunner, type ReceivedUpdate } from '../../../services/core/updates/handler-run.ts';
import type { HandleUpdate } from '../../../services/core/updates/update.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const limitMs = 60_000;

let clock: VirtualClock;
let termOver: AbortController;
let log: string[];
let released: number;
beforeEach(() => {
  clock = new VirtualClock();
  termOver = new AbortController();
  log = [];
  released = 0;
});

const received: ReceivedUpdate = {
  update: { update_id: 5 },
  lane: 'chat 1',
  attempt: 1,
  isReplay: false,
};

function runner(handle: HandleUpdate): HandlerRunner<ReceivedUpdate> {
  const id = ({ update }: ReceivedUpdate) => update.update_id;
  return new HandlerRunner({
    clock,
    handle,
    permitOf: () => ({ mayAct: () => !termOver.signal.aborted, overSignal: termOver.signal }),
    handlerLimitMs: limitMs,
    observer: {
      onEnd: (of, result, elapsedMs, error) => {
        log.push([`${id(of)} ${result} after ${elapsedMs} ms`, error].filter(Boolean).join(': '));
      },
      onOverdue: (of, elapsedMs) => void log.push(`${id(of)} overdue after ${elapsedMs} ms`),
    },
  });
}

const attempt = { number: 2, release: () => void released++ };
const run = async (handlers: HandlerRunner<ReceivedUpdate>, update_id = 5): Promise<void> => {
  await handlers.run({ ...received, update: { update_id } }, attempt);
  log.push(`${update_id} settled`);
};

describe('a handler', () => {
  it('that returns settles its update', async () => {
    void run(runner(() => clock.sleep(20)));
    await clock.advance(1000);
    expect(log).toEqual(['5 ok after 20 ms', '5 settled']);
  });

  it.each([
    ['rejects', () => clock.sleep(20).then(() => Promise.reject(new Error('broken'))), 20],
    [
      'throws before it returns a promise',
      () => {
        throw new Error('broken');
      },
      0,
    ],
  ] as const)(
    'that %s has had its turn: it is settled, reported as failed, and not retried',
    async (_how, handle, tookMs) => {
      let calls = 0;
      const handlers = runner(() => {
        calls++;
        return handle();
      });
      void run(handlers);
      await clock.advance(10 * limitMs);
      expect(log).toEqual([`5 failed after ${tookMs} ms: Error: broken`, '5 settled']);
      expect(calls).toBe(1);
    },
  );

  it('learns which attempt it is', async () => {
    let seen: number | undefined;
    await run(
      runner(async (_update, context) => {
        seen = context.attempt;
      }),
    );
    expect(seen).toBe(2);
  });
});

describe('a handler over its limit', () => {
  it('is reported once, releases its attempt, and settles only when it ends', async () => {
    void run(runner(() => clock.sleep(3 * limitMs)));
    await clock.advance(limitMs - 1);
    expect([log, released]).toEqual([[], 0]);
    await clock.advance(1);
    expect([log, released]).toEqual([[`5 overdue after ${limitMs} ms`], 1]);
    await clock.advance(3 * limitMs);
    expect(log.slice(1)).toEqual([`5 ok after ${3 * limitMs} ms`, '5 settled']);
  });

  it.each([
    ['before', 0],
    ['after', limitMs + 5],
  ])('sees its signal abort, even if it asks for it %s the limit', async (_when, askAfterMs) => {
    let reason: unknown;
    const handlers = runner(async (_update, context) => {
      await clock.sleep(askAfterMs);
      const { signal } = context;
      await clock.sleep(2 * limitMs, signal);
      reason = signal.reason;
    });
    void run(handlers);
    await clock.advance(limitMs + 10);
    expect(String(reason)).toContain(`over its limit of ${limitMs} ms`);
  });

  it('is found among others, each by its own beginning', async () => {
    const tookMs: Readonly<Record<number, number>> = { 1: 2 * limitMs, 2: 10, 3: 2 * limitMs };
    const handlers = runner(({ update_id }) => clock.sleep(tookMs[update_id] ?? 0));
    void run(handlers, 1);
    await clock.advance(1000);
    void run(handlers, 2);
    void run(handlers, 3);
    await clock.advance(limitMs);
    expect(log.filter((line) => line.includes('overdue'))).toEqual([
      `1 overdue after ${limitMs} ms`,
      `3 overdue after ${limitMs} ms`,
    ]);
  });

  it('is found again after a quiet moment', async () => {
    const tookMs: Readonly<Record<number, number>> = { 1: 10, 2: 2 * limitMs };
    const handlers = runner(({ update_id }) => clock.sleep(tookMs[update_id] ?? 0));
    void run(handlers, 1);
    await clock.advance(1000);
    expect(clock.sleeperCount).toBe(0);
    void run(handlers, 2);
    await clock.advance(limitMs);
    expect(log).toContain(`2 overdue after ${limitMs} ms`);
  });
});

describe('the end of the term', () => {
  it('aborts the signal of a running handler', async () => {
    let reason: unknown;
    void run(
      runner(async (_update, { signal }) => {
        await clock.sleep(limitMs, signal);
        reason = signal.reason;
      }),
    );
    await clock.advance(50);
    termOver.abort('the term is over');
    await clock.settle();
    expect(reason).toBe('the term is over');
    expect(log).toEqual(['5 ok after 50 ms', '5 settled']);
  });
});

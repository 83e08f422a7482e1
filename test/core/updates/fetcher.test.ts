import { beforeEach, describe, expect, it } from 'vitest';
import { PollHealth } from '../../../services/core/lease/poll-health.ts';
import type { Term } from '../../../services/core/lease/term.ts';
import {
  type BotApi,
  BotApiRefusedError,
  type CallOptions,
} from '../../../services/core/platform/bot-api.ts';
import { confirmTimeoutMs, Fetcher, pollSlackMs } from '../../../services/core/updates/fetcher.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { termOn } from './term-fixture.ts';

interface Call {
  readonly atMs: number;
  readonly method: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly timeoutMs: number;
}

type Answer = { readonly result: unknown } | { readonly error: Error } | 'hangs';

const none: Answer = { result: [] };
const conflict = new BotApiRefusedError('getUpdates', {
  status: 409,
  description: 'Conflict: other request',
});
const webhook = new BotApiRefusedError('getUpdates', { status: 409, description: 'webhook is active' });
const rejected = new BotApiRefusedError('getUpdates', { status: 401, description: 'Unauthorized' });

let clock: VirtualClock;
let term: Term;
let stop: AbortController;
let calls: Call[];
let answers: Answer[];
let polls: string[];
let troubles: string[];
let health: PollHealth;
let fetcher: Fetcher;
let endsAtConflict: boolean;

beforeEach(() => {
  clock = new VirtualClock();
  term = termOn(clock);
  stop = new AbortController();
  calls = [];
  answers = [];
  polls = [];
  troubles = [];
  health = new PollHealth(40_000);
  endsAtConflict = false;
  const api: BotApi = {
    async call<Result>(method: string, parameters: Call['parameters'], options: CallOptions) {
      calls.push({ atMs: clock.monotonicMs(), method, parameters, timeoutMs: options.timeoutMs });
      const answer = answers.shift() ?? none;
      if (answer === 'hangs') {
        await clock.sleep(options.timeoutMs, options.signal);
        throw new Error('no answer');
      }
      if ('error' in answer) throw answer.error;
      return answer.result as Result;
    },
  };
  const options = {
    clock,
    api,
    health,
    random: { unit: () => 0.5, token: () => 't' },
    observer: {
      onPoll: (result: string) => void polls.push(result),
      onTrouble: (what: string) => void troubles.push(what),
    },
    onConflict: () => {},
    get endsAtConflict() {
      return endsAtConflict;
    },
    allowedUpdates: ['message'],
    longPollTimeoutSeconds: 30,
  };
  const fetchEnd = AbortSignal.any([stop.signal, term.endingSignal]);
  fetcher = new Fetcher(options, { term, fetchEnd });
});

const pollCalls = (): readonly Call[] => calls.filter(({ method }) => method === 'getUpdates');
const timeouts = (): readonly unknown[] => pollCalls().map(({ parameters }) => parameters['timeout']);

describe('a poll', () => {
  it('returns what came, with the offset that it confirmed', async () => {
    answers = [{ result: [{ update_id: 4 }, { update_id: 5 }] }];
    expect(await fetcher.fetch(100)).toEqual({
      updates: [{ update_id: 4 }, { update_id: 5 }],
      offset: undefined,
    });
    fetcher.accept(5);
    expect(await fetcher.fetch(100)).toEqual({ updates: [], offset: 6 });
    expect(pollCalls().map(({ parameters }) => parameters['offset'])).toEqual([undefined, 6]);
    expect(polls).toEqual(['ok', 'ok']);
  });

  it('confirms nothing that was not accepted', async () => {
    answers = [{ result: [{ update_id: 4 }] }];
    await fetcher.fetch(100);
    await fetcher.fetch(100);
    expect(pollCalls()[1]?.parameters).not.toHaveProperty('offset');
  });

  it.each([
    [7, 7],
    [500, 100],
  ])('asks for %i updates as %i: an answer holds at most 100', async (limit, asked) => {
    await fetcher.fetch(limit);
    expect(pollCalls()[0]?.parameters).toMatchObject({ limit: asked, allowed_updates: ['message'] });
  });

  it('waits at Telegram, except the first and the one after a failure, which say at once how things are', async () => {
    answers = [none, none, { error: conflict }, none, none];
    for (let i = 0; i < 5; i++) {
      const fetched = fetcher.fetch(100);
      await clock.advance(60_000);
      await fetched;
    }
    expect(timeouts()).toEqual([0, 30, 30, 0, 30]);
    expect(pollCalls().map(({ timeoutMs }) => timeoutMs)[1]).toBe(30_000 + pollSlackMs);
  });

  it('that is confirmed by the next successful one leaves nothing unconfirmed', async () => {
    fetcher.accept(5);
    expect(fetcher.unconfirmedLastId).toBe(5);
    await fetcher.fetch(100);
    expect(fetcher.unconfirmedLastId).toBeUndefined();
  });

  it.each([undefined, null, true, {}, 'x', [null], [{}], [{ update_id: '5' }]])(
    'that is answered by something else than updates is trouble: %j',
    async (result) => {
      answers = [{ result }];
      const fetched = fetcher.fetch(100);
      await clock.advance(60_000);
      expect(await fetched).toBeUndefined();
      expect(polls).toEqual(['trouble']);
    },
  );
});

describe('a failed poll', () => {
  it.each([
    ['conflict', conflict, 4000],
    ['trouble', new Error('no answer'), 375],
  ])('is reported and waited out: %s', async (kind, error, delayMs) => {
    answers = [{ error }];
    let isOver = false;
    void fetcher.fetch(100).then((fetched) => {
      isOver = fetched === undefined;
    });
    await clock.advance(delayMs - 1);
    expect([isOver, polls, troubles]).toEqual([false, [kind], ['getUpdates']]);
    expect(health.lastError).toContain(error.message);
    await clock.advance(1);
    expect(isOver).toBe(true);
  });

  it('is not waited out after a stop', async () => {
    answers = [{ error: conflict }];
    const fetched = fetcher.fetch(100);
    await clock.advance(10);
    stop.abort();
    await fetched;
    expect(clock.monotonicMs()).toBe(10);
  });

  it('waits longer after each failure in a row, and starts over after a success', async () => {
    const error = new Error('no answer');
    answers = [{ error }, { error }, { error }, none, { error }];
    const waitedMs: number[] = [];
    for (let i = 0; i < 5; i++) {
      const startedMs = clock.monotonicMs();
      const fetched = fetcher.fetch(100).then(() => waitedMs.push(clock.monotonicMs() - startedMs));
      await clock.advance(60_000);
      await fetched;
    }
    expect(waitedMs).toEqual([375, 750, 1500, 0, 375]);
  });

  it('ends polling only when the token is rejected', async () => {
    answers = [{ error: rejected }];
    expect(await fetcher.fetch(100)).toBe('token rejected');
  });

  it('ends polling at a conflict where that is asked for', async () => {
    endsAtConflict = true;
    answers = [{ error: conflict }];
    expect(await fetcher.fetch(100)).toBe('another poller');
    expect(troubles).toEqual([]);
  });

  it.each([
    ['another poller', conflict, true],
    ['a webhook', webhook, true],
    ['a rejected token', rejected, false],
  ])('is remembered if it shows another program: %s', async (_what, error, isSeen) => {
    answers = [{ error }];
    void fetcher.fetch(100);
    await clock.advance(10);
    expect(fetcher.sawConflict).toBe(isSeen);
  });

  it('is remembered even if a stop came before it', async () => {
    stop.abort();
    answers = [{ error: conflict }];
    await fetcher.fetch(100);
    expect(fetcher.sawConflict).toBe(true);
  });

  it('removes a webhook and drops nothing by it', async () => {
    answers = [{ error: webhook }, { result: true }];
    void fetcher.fetch(100);
    await clock.advance(10);
    expect(calls[1]).toMatchObject({ method: 'deleteWebhook', parameters: { drop_pending_updates: false } });
  });
});

describe('a stop', () => {
  const abortedAtMs = async (): Promise<number | undefined> => {
    let endedMs: number | undefined;
    void fetcher.fetch(100).then(() => {
      endedMs = clock.monotonicMs();
    });
    await clock.advance(200);
    stop.abort();
    await clock.advance(5000);
    return endedMs;
  };

  it('aborts at once a poll that confirms nothing', async () => {
    answers = ['hangs'];
    expect(await abortedAtMs()).toBe(200);
  });

  it('lets a young poll that confirms something arrive first', async () => {
    fetcher.accept(5);
    answers = ['hangs'];
    expect(await abortedAtMs()).toBe(500);
  });

  it('waits for no poll when the term is over', async () => {
    fetcher.accept(5);
    answers = ['hangs'];
    const fetched = fetcher.fetch(100);
    await clock.advance(200);
    term.end('lost');
    await clock.settle();
    await fetched;
    expect(clock.monotonicMs()).toBe(200);
  });
});

describe('to confirm without fetching', () => {
  it('ends with the term, even if the call has not left yet, but not at a stop', async () => {
    answers = ['hangs'];
    let confirmed: boolean | undefined;
    const confirming = fetcher.confirm(6).then((result) => {
      confirmed = result;
    });
    stop.abort();
    await clock.advance(100);
    expect(confirmed).toBeUndefined();
    term.end('expired');
    await confirming;
    expect(confirmed).toBe(false);
    expect(clock.monotonicMs()).toBeLessThan(confirmTimeoutMs);
  });

  it('sends the offset with a short deadline', async () => {
    expect(await fetcher.confirm(6)).toBe(true);
    expect(calls).toMatchObject([
      { method: 'getUpdates', parameters: { offset: 6, limit: 1, timeout: 0 }, timeoutMs: confirmTimeoutMs },
    ]);
  });

  it('is not certain when it fails', async () => {
    answers = [{ error: conflict }];
    expect(await fetcher.confirm(6)).toBe(false);
    expect(troubles).toEqual(['confirm the last updates']);
  });

  it('asks first how many updates are pending when the request before may have arrived', async () => {
    answers = [{ error: conflict }, { result: { pending_update_count: 0 } }];
    expect([await fetcher.confirm(6), await fetcher.confirm(6)]).toEqual([false, true]);
    expect(calls.map(({ method }) => method)).toEqual(['getUpdates', 'getWebhookInfo']);
  });

  describe('after a poll that was aborted while it waited at Telegram', () => {
    beforeEach(async () => {
      fetcher.accept(5);
      answers = ['hangs'];
      const fetched = fetcher.fetch(100);
      await clock.advance(1000);
      stop.abort();
      await clock.settle();
      await fetched;
      calls = [];
    });

    it('asks first how many updates are pending: the same offset alone would be answered late', async () => {
      answers = [{ result: { pending_update_count: 0 } }];
      expect(await fetcher.confirm(6)).toBe(true);
      expect(calls.map(({ method }) => method)).toEqual(['getWebhookInfo']);
    });

    it('sends the offset again if some are pending: then Telegram answers at once', async () => {
      answers = [{ result: { pending_update_count: 2 } }];
      expect(await fetcher.confirm(6)).toBe(true);
      expect(calls.map(({ method }) => method)).toEqual(['getWebhookInfo', 'getUpdates']);
    });

    it('sends another offset', async () => {
      expect(await fetcher.confirm(4)).toBe(true);
      expect(calls.map(({ method }) => method)).toEqual(['getUpdates']);
    });
  });
});

import type { Telegram } from 'telegraf';
import { beforeEach, describe, expect, it } from 'vitest';
import { HandlerHooks, hookPermit } from '../../../services/adapters/telegram/handler-hooks.ts';
import type { Hooks } from '../../../services/adapters/telegram/handlers-module.ts';
import type { Logger } from '../../../services/core/platform/logger.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const telegram = {} as Telegram;
const never = (): Promise<never> => new Promise(() => {});
let clock: VirtualClock;
let stop: AbortController;
let logged: string[];
let order: string[];

beforeEach(() => {
  clock = new VirtualClock();
  stop = new AbortController();
  logged = [];
  order = [];
});

function hooksOf(hooks: Hooks): HandlerHooks {
  const log = (message: string): void => void logged.push(message);
  const logger: Logger = { debug: log, info: log, warn: log, error: log };
  return new HandlerHooks({ hooks, telegram, logger, clock, stop: stop.signal, drainTimeoutMs: 5000 });
}

const ended = (step: Promise<unknown>): { how?: string } => {
  const outcome: { how?: string } = {};
  step.then(
    () => {
      outcome.how = 'ended';
    },
    (error: Error) => {
      outcome.how = error.message;
    },
  );
  return outcome;
};

describe('setup', () => {
  it('gets the client, the logger and the signal of the stop', async () => {
    let signal: AbortSignal | undefined;
    await hooksOf({
      setup: (context) => {
        expect(context.telegram).toBe(telegram);
        context.logger.info('connected');
        ({ signal } = context);
      },
    }).setup();
    expect(logged).toEqual(['connected']);
    expect(signal).toBe(stop.signal);
  });

  it('refuses the start in one line when it throws', async () => {
    const setup = (): never => {
      throw new Error('no database at db:5432\nand a second line');
    };
    const refusal = ended(hooksOf({ setup }).setup());
    await clock.settle();
    expect(refusal.how).toEqual(
      expect.stringMatching(
        /^BOT_HANDLERS: expected a module whose hook setup succeeds, got a failure \(no database at db:5432, at \S+:\d+\); fix what it names; what acts as the bot belongs in onLeading$/,
      ),
    );
  });

  it('refuses the start when it does not end within a minute', async () => {
    const refusal = ended(hooksOf({ setup: never }).setup());
    await clock.advance(59_000);
    expect(refusal.how).toBeUndefined();
    await clock.advance(1000);
    expect(refusal.how).toMatch(
      /^BOT_HANDLERS: .* got no end within 60 s; put a limit on each of its calls$/,
    );
  });

  it('is not waited for at a stop', async () => {
    const setup = ended(hooksOf({ setup: never }).setup());
    stop.abort();
    await clock.settle();
    expect(setup.how).toBe('ended');
  });
});

describe('onLeading', () => {
  it('logs what it throws, and never rejects', async () => {
    const hooks = hooksOf({
      onLeading: () => {
        throw new Error('boom');
      },
    });
    await hooks.lead(new AbortController().signal);
    expect(logged).toEqual(['the hook onLeading failed']);
  });

  it('begins for a new term only when it has ended for the last one', async () => {
    const first = Promise.withResolvers<void>();
    const hooks = hooksOf({
      onLeading: () => {
        order.push('begins');
        return order.length === 1 ? first.promise : undefined;
      },
    });
    void hooks.lead(new AbortController().signal);
    await clock.settle();
    const second = ended(hooks.lead(new AbortController().signal));
    await clock.settle();
    expect(order).toEqual(['begins']);
    first.resolve();
    await clock.settle();
    expect(order).toEqual(['begins', 'begins']);
    expect(second.how).toBe('ended');
  });

  it('does not begin for a term that ended while it waited', async () => {
    const hooks = hooksOf({
      onLeading: () => {
        order.push('begins');
        return never();
      },
    });
    void hooks.lead(new AbortController().signal);
    const term = new AbortController();
    const second = ended(hooks.lead(term.signal));
    term.abort();
    await clock.settle();
    expect(second.how).toBe('ended');
    expect(order).toEqual(['begins']);
  });
});

describe('onStop', () => {
  it('runs once, after setup has succeeded', async () => {
    const hooks = hooksOf({ onStop: () => order.push('stopped') });
    await hooks.stop();
    expect(order).toEqual([]);
    await hooks.setup();
    await hooks.stop();
    await hooks.stop();
    expect(order).toEqual(['stopped']);
  });

  it('ends at the stop’s deadline', async () => {
    const hooks = hooksOf({ onStop: never });
    await hooks.setup();
    stop.abort();
    await clock.advance(2000);
    const stopped = ended(hooks.stop());
    await clock.advance(2999);
    expect(stopped.how).toBeUndefined();
    await clock.advance(1);
    expect(stopped.how).toBe('ended');
    expect(logged).toEqual(['the hook onStop did not end before the stop’s deadline']);
  });

  it('has a second even if the handlers took all the time', async () => {
    const hooks = hooksOf({ onStop: never });
    await hooks.setup();
    stop.abort();
    await clock.advance(9000);
    const stopped = ended(hooks.stop());
    await clock.advance(999);
    expect(stopped.how).toBeUndefined();
    await clock.advance(1);
    expect(stopped.how).toBe('ended');
  });

  it('logs what it throws', async () => {
    const hooks = hooksOf({
      onStop: () => Promise.reject(new Error('boom')),
    });
    await hooks.setup();
    await hooks.stop();
    expect(logged).toEqual(['the hook onStop failed']);
  });
});

describe('hookPermit', () => {
  const term = { mayAct: () => true, overSignal: new AbortController().signal };
  const over = { mayAct: () => false, overSignal: AbortSignal.abort() };
  const may = (method: string, permit = hookPermit(method, undefined, stop.signal)): boolean =>
    permit.mayAct();

  it('is the term’s while this worker leads', () => {
    expect(hookPermit('sendMessage', term, stop.signal)).toBe(term);
  });

  it.each([undefined, over])('allows only questions without a term', (ended) => {
    expect(may('getChat', hookPermit('getChat', ended, stop.signal))).toBe(true);
    expect(may('sendMessage', hookPermit('sendMessage', ended, stop.signal))).toBe(false);
    expect(may('getUpdates', hookPermit('getUpdates', ended, stop.signal))).toBe(false);
  });

  it('allows nothing without a term after a stop', () => {
    stop.abort();
    expect(may('getChat')).toBe(false);
  });
});

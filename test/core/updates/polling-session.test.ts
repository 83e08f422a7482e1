/** Rules of delivery that need exact times or rare meetings; the simulator and the chaos tests have the rest. */
import { beforeEach, describe, expect, it } from 'vitest';
import { redisDeadUpdates } from '../../../services/adapters/redis/journal/dead-letters.ts';
import { BotApiRefusedError } from '../../../services/core/platform/bot-api.ts';
import type { HandleUpdate } from '../../../services/core/updates/update.ts';
import { keys, message, PipelineStage, textOf } from './session-fixture.ts';

let stage: PipelineStage;
let begun: string[];
let ended: string[];
beforeEach(async () => {
  stage = await PipelineStage.open();
  begun = [];
  ended = [];
});

/** Notes what it handles, and takes as long as `tookMs` says. */
const handler =
  (tookMs: Readonly<Record<string, number>>): HandleUpdate =>
  async (update, { attempt }) => {
    const text = textOf(update);
    begun.push(`${text} ${attempt}`);
    await stage.clock.sleep(tookMs[text] ?? 0);
    ended.push(text);
  };

const callsOf = (method: string) => stage.telegram.calls.filter((call) => call.method === method);

describe('room', () => {
  it('is used to the last place, also when nothing more can be fetched', async () => {
    const chats = Array.from({ length: 300 }, (_, index) => message(100 + index, 'slow'));
    stage.telegram.queue.push(...chats);
    const { delivery } = await stage.lead({ handle: handler({ slow: 50_000 }), inFlightMax: 300 });
    void delivery.run();
    await stage.clock.advance(5000);
    expect(begun).toHaveLength(300);
  });

  it('is seen as soon as there is some', async () => {
    const chats = Array.from({ length: 20 }, (_, index) => message(100 + index, 'slow'));
    stage.telegram.queue.push(...chats);
    const { delivery } = await stage.lead({ handle: handler({ slow: 100 }), inFlightMax: 1 });
    void delivery.run();
    await stage.clock.advance(20 * 200);
    expect(ended).toHaveLength(20);
  });
});

describe('an id that comes again with other content', () => {
  const tookMs = { first: 5000, lower: 0, second: 8000 };

  it('waits for the end of the earlier update, and both stand in the journal in their time', async () => {
    stage.telegram.queue.push(message(100, 'first', 1));
    const { delivery } = await stage.lead({ handle: handler(tookMs) });
    void delivery.run();
    await stage.clock.advance(1000);
    stage.telegram.queue.splice(0, 1, message(50, 'lower', 2));
    await stage.clock.advance(500);
    stage.telegram.queue.push(message(100, 'second', 3));
    await stage.clock.advance(3000);
    expect(await stage.journaled(100)).toContain('first');
    await stage.clock.advance(1000);
    expect(await stage.journaled(100)).toContain('second');
    // What a renewal would remove, once Telegram has the batch confirmed, is the earlier one's no more.
    stage.telegram.queue.push(message(101, 'lower', 4));
    await stage.clock.advance(500);
    expect(delivery.ledger.removable()).not.toContain(100);
    const scriptsBefore = stage.runner.ran.length;
    await stage.clock.advance(2000);
    expect(stage.runner.ran.length - scriptsBefore).toBeLessThan(3);
    await stage.clock.advance(8000);
    expect(ended).toEqual(['lower', 'first', 'lower', 'second']);
    expect(delivery.ledger.removable()).toContain(100);
  });

  it('stays at Telegram when the term ends before', async () => {
    stage.telegram.queue.push(message(100, 'first', 1));
    const { delivery, stop } = await stage.lead({ handle: handler({ first: 60_000 }) });
    const run = delivery.run();
    await stage.clock.advance(1000);
    stage.telegram.queue.splice(0, 1, message(50, 'lower', 2));
    await stage.clock.advance(500);
    stage.telegram.queue.push(message(100, 'second', 3));
    await stage.clock.advance(1000);
    stop.abort();
    await stage.clock.advance(40_000);
    await run;
    expect(await stage.journaled(100)).toContain('first');
    expect(stage.telegram.queue.map(textOf)).toContain('second');
  });
});

describe('an answer that is no list of updates', () => {
  it.each([[undefined], [null], [true], [{}], ['x'], [[null]], [[{}]], [[{ update_id: '5' }]]])(
    'is trouble like any other: %j',
    async (result) => {
      const { delivery } = await stage.lead({ handle: handler({}) });
      void delivery.run();
      stage.telegram.nextAnswer = { result };
      await stage.clock.advance(5000);
      stage.telegram.queue.push(message(100, 'after'));
      await stage.clock.advance(5000);
      expect(ended).toEqual(['after']);
      expect(stage.troubles).toEqual([expect.stringContaining('not a list of updates')]);
    },
  );
});

describe('a stop', () => {
  it('lets a young poll arrive, and asks for no offset twice', async () => {
    const { delivery, stop, term } = await stage.lead({ handle: handler({}) });
    const run = delivery.run();
    await stage.clock.advance(1000);
    stage.telegram.queue.push(message(100, 'fast'));
    await stage.clock.advance(200);
    const scriptsBefore = stage.runner.ran.length;
    stop.abort();
    await stage.clock.advance(2000);
    await run;
    const last = callsOf('getUpdates').at(-1);
    expect(callsOf('getUpdates').filter(({ offset }) => offset === 101)).toEqual([last]);
    expect(callsOf('getWebhookInfo').map(({ atMs }) => atMs - (last?.atMs ?? 0))).toEqual([500]);
    expect(stage.runner.ran).toHaveLength(scriptsBefore);
    expect(term.handOff).toBe('clean');
  });

  it('does not wait for a young poll that confirms nothing', async () => {
    const { delivery, stop, term } = await stage.lead({ handle: handler({}) });
    const run = delivery.run();
    await stage.clock.advance(100);
    stop.abort();
    await stage.clock.settle();
    await run;
    expect(stage.clock.monotonicMs()).toBe(100);
    expect(term.handOff).toBe('clean');
  });

  it('leaves at Telegram what comes after it', async () => {
    stage.telegram.queue.push(message(100, 'before'));
    const { delivery, stop } = await stage.lead({ handle: handler({}) });
    const run = delivery.run();
    await stage.clock.advance(100);
    stop.abort();
    stage.telegram.queue.push(message(101, 'after'));
    await stage.clock.advance(2000);
    await run;
    expect(ended).toEqual(['before']);
    expect(stage.telegram.queue.map(textOf)).toEqual(['after']);
  });

  it('before any poll was answered remembers what was replayed', async () => {
    const replayed = message(100, 'replayed');
    await stage.journal(100, `1 0 0 0 ${JSON.stringify(replayed)}`);
    stage.telegram.hangs = true;
    const { delivery, stop } = await stage.lead({ handle: handler({}) });
    const run = delivery.run();
    await stage.clock.advance(1000);
    stop.abort();
    await stage.clock.advance(3000);
    await run;
    expect(ended).toEqual(['replayed']);
    expect(await stage.journaled(100)).toMatch(/^ended /);
    const dead = redisDeadUpdates(stage.runner, keys);
    expect(await dead.retry('100', { who: 'anna', why: 'never dead' })).toBe('unknown');
  });

  it('in the middle of a poll that hangs remembers what was handled', async () => {
    stage.telegram.queue.push(message(100, 'handled'));
    const first = await stage.lead({
      handle: async (update, context) => {
        await handler({})(update, context);
        stage.telegram.hangs = true;
      },
    });
    const run = first.delivery.run();
    await stage.clock.advance(3000);
    expect(first.term.handOff).toBe('dirty');
    first.stop.abort();
    await stage.clock.advance(3000);
    await run;
    expect(first.term.handOff).toBe('clean');
    expect(await stage.journaled(100)).toMatch(/^ended /);
    await stage.crash(first.term);
    stage.telegram.hangs = false;
    stage.telegram.queue.push(message(101, 'after'));
    const next = await stage.lead({ handle: handler({}) });
    void next.delivery.run();
    await stage.clock.advance(3000);
    expect(begun.map((line) => line.split(' ')[0])).toEqual(['handled', 'after']);
  });

  it('does not wait for a poll when the term is over', async () => {
    stage.telegram.queue.push(message(100, 'fast'));
    const { delivery, term } = await stage.lead({ handle: handler({}) });
    const run = delivery.run();
    await stage.clock.advance(100);
    expect(callsOf('getUpdates').at(-1)?.offset).toBe(101);
    term.end('lost');
    await stage.clock.settle();
    await run;
    expect(stage.clock.monotonicMs()).toBe(100);
  });
});

describe('a term that ran out during a poll', () => {
  it('removes no webhook', async () => {
    const { delivery, term } = await stage.lead({ handle: handler({}), ttlMs: 30 });
    const description = "Conflict: can't use getUpdates method while webhook is active";
    stage.telegram.nextAnswer = { error: new BotApiRefusedError('getUpdates', { status: 409, description }) };
    const run = delivery.run();
    await stage.clock.advance(10_000);
    await run;
    expect(term.endReason).toBe('expired');
    expect(callsOf('getUpdates')).toHaveLength(1);
    expect(callsOf('deleteWebhook')).toEqual([]);
  });
});

describe('a revoked term', () => {
  it('journals and confirms before its deadline, however long a handler takes', async () => {
    const chats = ['fast', 'fast', 'fast', 'slow'].map((text, index) => message(100 + index, text));
    stage.telegram.queue.push(...chats);
    const { delivery, term } = await stage.lead({ handle: handler({ slow: 60_000 }), ttlMs: 20_000 });
    const run = delivery.run();
    await stage.clock.advance(40);
    term.end('revoked');
    await stage.clock.advance(25_000);
    await run;
    expect(await stage.journaled(103)).toMatch(/^1 /);
    expect(stage.telegram.queue).toEqual([]);
    expect(term.handOff).toBe('clean');
  });
});

describe('an update that was given up', () => {
  it('is not tried again when Telegram delivers it once more, also by the leader after', async () => {
    const killer = message(100, 'killer');
    await stage.journal(100, `3 0 0 0 ${JSON.stringify(killer)}`);
    const first = await stage.lead({ handle: handler({}) });
    void first.delivery.run();
    await stage.clock.settle();
    await stage.crash(first.term);
    first.term.end('lost');
    stage.telegram.queue.push(killer, message(101, 'other'));
    const next = await stage.lead({ handle: handler({}) });
    void next.delivery.run();
    await stage.clock.advance(5000);
    expect(begun.map((line) => line.split(' ')[0])).toEqual(['other']);
  });
});

describe('updates that were tried twice', () => {
  it('run one at a time, and what has ended is known to have when the next begins', async () => {
    const [innocent, killer] = [message(100, 'innocent'), message(101, 'killer')];
    await stage.journal(100, `2 0 0 0 ${JSON.stringify(innocent)}`);
    await stage.journal(101, `2 0 0 1 ${JSON.stringify(killer)}`);
    // Not confirmed by the leader that crashed.
    stage.telegram.queue.push(innocent, killer);
    let known: string | null = 'never asked';
    const { delivery } = await stage.lead({
      handle: async (update, context) => {
        await handler({ innocent: 1000 })(update, context);
        if (textOf(update) === 'killer') known = await stage.journaled(100);
      },
    });
    void delivery.run();
    await stage.clock.advance(5000);
    expect(begun).toEqual(['innocent 3', 'killer 3']);
    expect(known).toMatch(/^ended /);
  });
});

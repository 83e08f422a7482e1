/**
 * Rules of a polling session that need exact times or rare coincidences. The simulator and the chaos tests cover the rest.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { redisDeadLetters } from '../../../services/adapters/redis/journal/dead-letters.ts';
import { BotApiRefusedError } from '../../../services/core/platform/bot-api.ts';
import type { HandleUpdate } from '../../../services/core/updates/update.ts';
import { keys, message, SessionFixture, textOf } from './session-fixture.ts';

let fixture: SessionFixture;
let begun: string[];
let ended: string[];
beforeEach(async () => {
  fixture = await SessionFixture.open();
  begun = [];
  ended = [];
});

/** Records what it handles, and takes as long as `tookMs` says. */
const handler =
  (tookMs: Readonly<Record<string, number>>): HandleUpdate =>
  async (update, { attempt }) => {
    const text = textOf(update);
    begun.push(`${text} ${attempt}`);
    await fixture.clock.sleep(tookMs[text] ?? 0);
    ended.push(text);
  };

const callsOf = (method: string) => fixture.telegram.calls.filter((call) => call.method === method);

describe('capacity', () => {
  it('is used up completely, even if nothing more can be fetched', async () => {
    const chats = Array.from({ length: 300 }, (_, index) => message(100 + index, 'slow'));
    fixture.telegram.queue.push(...chats);
    const { session } = await fixture.lead({ handle: handler({ slow: 50_000 }), inFlightMax: 300 });
    void session.run();
    await fixture.clock.advance(5000);
    expect(begun).toHaveLength(300);
  });

  it('is noticed as soon as a handler ends', async () => {
    const chats = Array.from({ length: 20 }, (_, index) => message(100 + index, 'slow'));
    fixture.telegram.queue.push(...chats);
    const { session } = await fixture.lead({ handle: handler({ slow: 100 }), inFlightMax: 1 });
    void session.run();
    await fixture.clock.advance(20 * 200);
    expect(ended).toHaveLength(20);
  });
});

describe('an id that Telegram reuses for another update', () => {
  const tookMs = { first: 5000, lower: 0, second: 8000 };

  it('waits until the earlier update has ended; the journal holds each in its turn', async () => {
    fixture.telegram.queue.push(message(100, 'first', 1));
    const { session } = await fixture.lead({ handle: handler(tookMs) });
    void session.run();
    await fixture.clock.advance(1000);
    fixture.telegram.queue.splice(0, 1, message(50, 'lower', 2));
    await fixture.clock.advance(500);
    fixture.telegram.queue.push(message(100, 'second', 3));
    await fixture.clock.advance(3000);
    expect(await fixture.journaled(100)).toContain('first');
    await fixture.clock.advance(1000);
    expect(await fixture.journaled(100)).toContain('second');
    // Telegram has confirmed the batch, but the entry is the new update's now: no renewal may remove it.
    fixture.telegram.queue.push(message(101, 'lower', 4));
    await fixture.clock.advance(500);
    expect(session.ledger.removable()).not.toContain(100);
    const scriptsBefore = fixture.runner.ran.length;
    await fixture.clock.advance(2000);
    expect(fixture.runner.ran.length - scriptsBefore).toBeLessThan(3);
    await fixture.clock.advance(8000);
    expect(ended).toEqual(['lower', 'first', 'lower', 'second']);
    expect(session.ledger.removable()).toContain(100);
  });

  it('stays at Telegram if the term ends first', async () => {
    fixture.telegram.queue.push(message(100, 'first', 1));
    const { session, stop } = await fixture.lead({ handle: handler({ first: 60_000 }) });
    const run = session.run();
    await fixture.clock.advance(1000);
    fixture.telegram.queue.splice(0, 1, message(50, 'lower', 2));
    await fixture.clock.advance(500);
    fixture.telegram.queue.push(message(100, 'second', 3));
    await fixture.clock.advance(1000);
    stop.abort();
    await fixture.clock.advance(40_000);
    await run;
    expect(await fixture.journaled(100)).toContain('first');
    expect(fixture.telegram.queue.map(textOf)).toContain('second');
  });
});

describe('an answer that is not a list of updates', () => {
  it.each([[undefined], [null], [true], [{}], ['x'], [[null]], [[{}]], [[{ update_id: '5' }]]])(
    'is waited out like any other trouble: %j',
    async (result) => {
      const { session } = await fixture.lead({ handle: handler({}) });
      void session.run();
      fixture.telegram.nextAnswer = { result };
      await fixture.clock.advance(5000);
      fixture.telegram.queue.push(message(100, 'after'));
      await fixture.clock.advance(5000);
      expect(ended).toEqual(['after']);
      expect(fixture.troubles).toEqual([expect.stringContaining('not a list of updates')]);
    },
  );
});

describe('a stop', () => {
  it('lets a young poll arrive, and sends no offset twice', async () => {
    const { session, stop, term } = await fixture.lead({ handle: handler({}) });
    const run = session.run();
    await fixture.clock.advance(1000);
    fixture.telegram.queue.push(message(100, 'fast'));
    await fixture.clock.advance(200);
    const scriptsBefore = fixture.runner.ran.length;
    stop.abort();
    await fixture.clock.advance(2000);
    await run;
    const last = callsOf('getUpdates').at(-1);
    expect(callsOf('getUpdates').filter(({ offset }) => offset === 101)).toEqual([last]);
    expect(callsOf('getWebhookInfo').map(({ atMs }) => atMs - (last?.atMs ?? 0))).toEqual([500]);
    expect(fixture.runner.ran).toHaveLength(scriptsBefore);
    expect(term.handOff).toBe('clean');
  });

  it('does not wait for a young poll that confirms nothing', async () => {
    const { session, stop, term } = await fixture.lead({ handle: handler({}) });
    const run = session.run();
    await fixture.clock.advance(100);
    stop.abort();
    await fixture.clock.settle();
    await run;
    expect(fixture.clock.monotonicMs()).toBe(100);
    expect(term.handOff).toBe('clean');
  });

  it('leaves at Telegram what arrives after it', async () => {
    fixture.telegram.queue.push(message(100, 'before'));
    const { session, stop } = await fixture.lead({ handle: handler({}) });
    const run = session.run();
    await fixture.clock.advance(100);
    stop.abort();
    fixture.telegram.queue.push(message(101, 'after'));
    await fixture.clock.advance(2000);
    await run;
    expect(ended).toEqual(['before']);
    expect(fixture.telegram.queue.map(textOf)).toEqual(['after']);
  });

  it('before the first poll is answered leaves tombstones of what was replayed', async () => {
    const replayed = message(100, 'replayed');
    await fixture.journal(100, `1 0 0 0 ${JSON.stringify(replayed)}`);
    fixture.telegram.hangs = true;
    const { session, stop } = await fixture.lead({ handle: handler({}) });
    const run = session.run();
    await fixture.clock.advance(1000);
    stop.abort();
    await fixture.clock.advance(3000);
    await run;
    expect(ended).toEqual(['replayed']);
    expect(await fixture.journaled(100)).toMatch(/^ended /);
    const dead = redisDeadLetters(fixture.runner, keys);
    expect(await dead.retry('100', { who: 'anna', why: 'never dead' })).toBe('unknown');
  });

  it('during a poll that hangs leaves tombstones of what was handled', async () => {
    fixture.telegram.queue.push(message(100, 'handled'));
    const first = await fixture.lead({
      handle: async (update, context) => {
        await handler({})(update, context);
        fixture.telegram.hangs = true;
      },
    });
    const run = first.session.run();
    await fixture.clock.advance(3000);
    expect(first.term.handOff).toBe('dirty');
    first.stop.abort();
    await fixture.clock.advance(3000);
    await run;
    expect(first.term.handOff).toBe('clean');
    expect(await fixture.journaled(100)).toMatch(/^ended /);
    await fixture.crash(first.term);
    fixture.telegram.hangs = false;
    fixture.telegram.queue.push(message(101, 'after'));
    const next = await fixture.lead({ handle: handler({}) });
    void next.session.run();
    await fixture.clock.advance(3000);
    expect(begun.map((line) => line.split(' ')[0])).toEqual(['handled', 'after']);
  });

  it('does not wait for a poll once the term is over', async () => {
    fixture.telegram.queue.push(message(100, 'fast'));
    const { session, term } = await fixture.lead({ handle: handler({}) });
    const run = session.run();
    await fixture.clock.advance(100);
    expect(callsOf('getUpdates').at(-1)?.offset).toBe(101);
    term.end('lost');
    await fixture.clock.settle();
    await run;
    expect(fixture.clock.monotonicMs()).toBe(100);
  });
});

describe('a term that ran out during a poll', () => {
  it('removes no webhook', async () => {
    const { session, term } = await fixture.lead({ handle: handler({}), ttlMs: 30 });
    const description = "Conflict: can't use getUpdates method while webhook is active";
    fixture.telegram.nextAnswer = {
      error: new BotApiRefusedError('getUpdates', { status: 409, description }),
    };
    const run = session.run();
    await fixture.clock.advance(10_000);
    await run;
    expect(term.endReason).toBe('expired');
    expect(callsOf('getUpdates')).toHaveLength(1);
    expect(callsOf('deleteWebhook')).toEqual([]);
  });
});

describe('a revoked term', () => {
  it('journals and confirms before its deadline, however long a handler takes', async () => {
    const chats = ['fast', 'fast', 'fast', 'slow'].map((text, index) => message(100 + index, text));
    fixture.telegram.queue.push(...chats);
    const { session, term } = await fixture.lead({ handle: handler({ slow: 60_000 }), ttlMs: 20_000 });
    const run = session.run();
    await fixture.clock.advance(40);
    term.end('revoked');
    await fixture.clock.advance(25_000);
    await run;
    expect(await fixture.journaled(103)).toMatch(/^1 /);
    expect(fixture.telegram.queue).toEqual([]);
    expect(term.handOff).toBe('clean');
  });
});

describe('a dead letter', () => {
  it('is not attempted again when Telegram delivers it again, not even by the next leader', async () => {
    const killer = message(100, 'killer');
    await fixture.journal(100, `3 0 0 0 ${JSON.stringify(killer)}`);
    const first = await fixture.lead({ handle: handler({}) });
    void first.session.run();
    await fixture.clock.settle();
    await fixture.crash(first.term);
    first.term.end('lost');
    fixture.telegram.queue.push(killer, message(101, 'other'));
    const next = await fixture.lead({ handle: handler({}) });
    void next.session.run();
    await fixture.clock.advance(5000);
    expect(begun.map((line) => line.split(' ')[0])).toEqual(['other']);
  });
});

describe('updates with two attempts', () => {
  it('run one at a time, and the journal knows which have ended before the next begins', async () => {
    const [innocent, killer] = [message(100, 'innocent'), message(101, 'killer')];
    await fixture.journal(100, `2 0 0 0 ${JSON.stringify(innocent)}`);
    await fixture.journal(101, `2 0 0 1 ${JSON.stringify(killer)}`);
    // The crashed leader did not confirm them.
    fixture.telegram.queue.push(innocent, killer);
    let known: string | null = 'never asked';
    const { session } = await fixture.lead({
      handle: async (update, context) => {
        await handler({ innocent: 1000 })(update, context);
        if (textOf(update) === 'killer') known = await fixture.journaled(100);
      },
    });
    void session.run();
    await fixture.clock.advance(5000);
    expect(begun).toEqual(['innocent 3', 'killer 3']);
    expect(known).toMatch(/^ended /);
  });

  /** Its handler ends the process after so many ms: nothing more is recorded, and a new leader follows. */
  const deadly = /^killer/;

  async function leadUntilQuiet(
    tookMs: Readonly<Record<string, number>>,
    termsMax: number,
  ): Promise<string[]> {
    const runs: string[] = [];
    for (let term = 1; term <= termsMax; term++) {
      let isDead = false;
      const leader = await fixture.lead({
        handle: async (update, { attempt }) => {
          const text = textOf(update);
          if (isDead) return endless();
          runs.push(`${text} ${attempt}`);
          await fixture.clock.sleep(tookMs[text] ?? 0);
          isDead ||= deadly.test(text);
          if (isDead) return endless();
        },
      });
      const crashed = async (): Promise<void> => {
        for (let ms = 0; ms < 20_000 && !isDead; ms += 10) await fixture.clock.advance(10);
      };
      void leader.session.run();
      await crashed();
      if (!isDead) return runs;
      await fixture.crash(leader.term);
      leader.term.end('lost');
    }
    return runs;
  }

  it.each([
    ['a replayed one at its second attempt', true],
    ['a new one', false],
  ])('are innocent of a crash that %s causes', async (_what, isReplay) => {
    const killer = message(101, 'killer');
    await fixture.journal(100, `2 0 0 0 ${JSON.stringify(message(100, 'innocent'))}`);
    if (isReplay) await fixture.journal(101, `1 0 0 1 ${JSON.stringify(killer)}`);
    else fixture.telegram.queue.push(killer);
    const runs = await leadUntilQuiet({ innocent: 500, killer: 100 }, 6);
    expect(runs.filter((run) => run.startsWith('innocent'))).toEqual(['innocent 3']);
    const dead = (await fixture.runner.command(['HKEYS', keys.dead])) as readonly string[];
    expect(dead).toEqual(['101']);
  });

  it('are innocent of the crashes of one another and of new ones, however slow and many', async () => {
    const slow: Record<string, number> = {};
    for (let id = 100; id < 130; id++) {
      const text = id % 10 === 5 ? `killer ${id}` : `innocent ${id}`;
      slow[text] = id % 10 === 5 ? 350 : 400;
      await fixture.journal(id, `2 0 0 ${id} ${JSON.stringify(message(id, text))}`);
    }
    for (let id = 200; id < 203; id++) fixture.telegram.queue.push(message(id, `killer ${id}`));
    const runs = await leadUntilQuiet(slow, 25);
    const dead = (await fixture.runner.command(['HKEYS', keys.dead])) as readonly string[];
    expect(dead.toSorted()).toEqual(['105', '115', '125', '200', '201', '202']);
    const runsOf = (text: string) => runs.filter((run) => run.startsWith(`${text} `)).length;
    expect(Math.max(...Object.keys(slow).map(runsOf))).toBeLessThanOrEqual(2);
    expect([200, 201, 202].map((id) => runsOf(`killer ${id}`)).every((count) => count <= 4)).toBe(true);
  });
});

function endless(): Promise<never> {
  return new Promise(() => {});
}

/** What a polling session leaves in the journal, and what it makes of what it finds there. */
import { beforeEach, describe, expect, it } from 'vitest';
import { redisDeadLetters } from '../../../services/adapters/redis/journal/dead-letters.ts';
import type { HandleUpdate, Update } from '../../../services/core/updates/update.ts';
import { keys, message, SessionFixture, textOf } from './session-fixture.ts';

let fixture: SessionFixture;
let begun: string[];
let ended: string[];
beforeEach(async () => {
  fixture = await SessionFixture.open();
  begun = [];
  ended = [];
});

const letters = () => redisDeadLetters(fixture.runner, keys);
const reason = { who: 'anna', why: 'fixed' };

const handler =
  (tookMs: (text: string) => number): HandleUpdate =>
  async (update, { attempt }) => {
    const text = textOf(update);
    begun.push(`${text} ${attempt}`);
    await fixture.clock.sleep(tookMs(text));
    ended.push(text);
  };

const atOnce = handler(() => 0);

describe('opening the journal', () => {
  it('ends at once at a stop, and leaves to the next leader what it found', async () => {
    await fixture.journal(100, `1 0 0 0 ${JSON.stringify(message(100, 'left'))}`);
    const { session, stop, term } = await fixture.lead({ handle: atOnce });
    fixture.runner.failure = new Error('no answer');
    const run = session.run();
    await fixture.clock.advance(10_000);
    stop.abort();
    await fixture.clock.settle();
    await run;
    expect(fixture.clock.monotonicMs()).toBe(10_000);
    expect(term.handOff).toBe('unchanged');
    fixture.runner.failure = undefined;
    expect(await fixture.journaled(100)).toMatch(/^1 /);
  });

  it('says once what a newer version left, and polls for everybody else', async () => {
    await fixture.journal(100, 'v2 whatever it is');
    fixture.telegram.queue.push(message(101, 'after'));
    const { session } = await fixture.lead({ handle: atOnce });
    void session.run();
    await fixture.clock.advance(1000);
    expect(ended).toEqual(['after']);
    expect(fixture.troubles).toEqual([expect.stringMatching(/newer version of this program.*: 100$/)]);
    expect(await fixture.journaled(100)).toBe('v2 whatever it is');
  });
});

describe('a batch that takes more than one request', () => {
  const failAfterFirstPiece = (): void => {
    fixture.runner.afterNext = {
      script: 'write-journal-3',
      async act() {
        fixture.runner.failure = new Error('no answer');
      },
    };
  };
  const idsIn = async (): Promise<readonly string[]> =>
    (await fixture.runner.command(['HKEYS', keys.journal])) as readonly string[];

  it('is confirmed only when all of it is written, and is replayed in order after a crash in between', async () => {
    const chats = Array.from({ length: 100 }, (_, index) => message(100 + index, 'x'.repeat(12_000), 1));
    fixture.telegram.queue.push(...chats);
    failAfterFirstPiece();
    const { session, term } = await fixture.lead({ handle: handler(() => 1_000_000) });
    void session.run();
    await fixture.clock.advance(10_000);
    fixture.runner.failure = undefined;
    const written = (await idsIn()).length;
    expect(written).toBeGreaterThan(0);
    expect(written).toBeLessThan(100);
    expect(fixture.telegram.queue).toHaveLength(100);
    await fixture.crash(term);
    term.end('lost');

    const order: number[] = [];
    const next = await fixture.lead({ handle: async ({ update_id }) => void order.push(update_id) });
    void next.session.run();
    await fixture.clock.advance(10_000);
    expect(order).toEqual(chats.map(({ update_id }) => update_id));
    expect(fixture.telegram.queue).toEqual([]);
  });

  it('is written whole once the store answers again', async () => {
    const chats = Array.from({ length: 100 }, (_, index) => message(100 + index, 'x'.repeat(12_000)));
    fixture.telegram.queue.push(...chats);
    failAfterFirstPiece();
    const { session } = await fixture.lead({ handle: handler(() => 1_000_000) });
    void session.run();
    await fixture.clock.advance(10_000);
    fixture.runner.failure = undefined;
    await fixture.clock.advance(10_000);
    expect(await idsIn()).toHaveLength(100);
    expect(fixture.telegram.queue).toEqual([]);
  });
});

describe('a stop after a long replay', () => {
  it('leaves none of the many that have ended, however many ids that takes', async () => {
    const count = 12_000;
    const lines = Array.from({ length: count }, (_, index) => {
      const id = 1000 + index;
      return [String(id), `1 0 0 ${index} ${JSON.stringify(message(id, 'left'))}`];
    });
    await fixture.runner.command(['HSET', keys.journal, ...lines.flat()]);
    const { session, stop, term } = await fixture.lead({ handle: handler(() => 60_000) });
    const run = session.run();
    await fixture.clock.advance(59_000);
    expect(begun).toHaveLength(count);
    await fixture.clock.advance(2000);
    stop.abort();
    await fixture.clock.advance(5000);
    await run;
    expect(term.handOff).toBe('clean');
    expect(await fixture.runner.command(['HLEN', keys.journal])).toBe(0);
  });
});

describe('a dead letter that an operator puts back', () => {
  const killer = message(100, 'killer');

  it('outlives the clean stop of the leader that gave it up, and is handled by the next', async () => {
    await fixture.journal(100, `3 0 0 0 ${JSON.stringify(killer)}`);
    fixture.telegram.hangs = true;
    const first = await fixture.lead({ handle: atOnce });
    const run = first.session.run();
    await fixture.clock.advance(1000);
    expect(await letters().retry('100', reason)).toBe('put back');
    first.stop.abort();
    await fixture.clock.advance(5000);
    await run;
    expect(await fixture.journaled(100)).toMatch(/^0 1 /);
    await fixture.crash(first.term);
    fixture.telegram.hangs = false;
    const next = await fixture.lead({ handle: atOnce });
    void next.session.run();
    await fixture.clock.advance(1000);
    expect(begun).toEqual(['killer 1']);
  });
});

describe('an update that is too big for the journal', () => {
  const huge: Update = { ...message(100, 'huge', 1), padding: 'x'.repeat(900_000) };

  it('is handled, and holds up nobody while its handler runs', async () => {
    fixture.telegram.queue.push(huge, message(101, 'slow', 2));
    const { session } = await fixture.lead({ handle: handler((text) => (text === 'after' ? 0 : 20_000)) });
    void session.run();
    await fixture.clock.advance(1000);
    fixture.telegram.queue.push(message(102, 'after', 3));
    await fixture.clock.advance(1000);
    expect(ended).toEqual(['after']);
    expect(fixture.tooBig).toEqual([100]);
    expect(await fixture.journaled(100)).toBeNull();
    expect(await fixture.journaled(101)).toContain('slow');
    await fixture.clock.advance(20_000);
    expect(ended).toEqual(['after', 'huge', 'slow']);
    expect(session.ledger.inFlight).toBe(0);
  });

  it('becomes a dead letter after a crash that it may have caused', async () => {
    fixture.telegram.queue.push(huge, message(101, 'other'));
    const crashed = await fixture.lead({ handle: () => new Promise(() => {}) });
    await fixture.crash(crashed.term);
    const { session } = await fixture.lead({ handle: atOnce });
    void session.run();
    await fixture.clock.advance(1000);
    expect(begun).toEqual(['other 2']);
    expect(await letters().list()).toMatchObject([{ id: '100', update: /^too big: 900\d\d\d characters/ }]);
    expect(fixture.telegram.queue).toEqual([]);
  });
});

describe('many updates of slow handlers', () => {
  it('are fetched only as far as they can be held', async () => {
    const texts = 'x'.repeat(400_000);
    fixture.telegram.queue.push(...Array.from({ length: 300 }, (_, i) => message(100 + i, texts)));
    const { session } = await fixture.lead({ handle: handler(() => 50_000) });
    void session.run();
    await fixture.clock.advance(10_000);
    expect(begun).toHaveLength(100);
    await fixture.clock.advance(100_000);
    expect(begun).toHaveLength(300);
  });
});

describe('a thousand chats at their second attempt', () => {
  const count = 1000;
  const handlerMs = 2000;
  const poison = 617;

  beforeEach(async () => {
    const lines = Array.from({ length: count }, (_, index) => {
      const update = message(1000 + index, index === poison ? 'poison' : `innocent ${index}`);
      return [String(1000 + index), `2 0 0 ${index} ${JSON.stringify(update)}`];
    });
    await fixture.runner.command(['HSET', keys.journal, ...lines.flat()]);
  });

  it('are replayed within a minute', async () => {
    const { session } = await fixture.lead({ handle: handler(() => handlerMs) });
    void session.run();
    await fixture.clock.advance(60_000);
    expect(ended).toHaveLength(count);
    expect(new Set(begun.map((line) => line.split(' ').at(-1)))).toEqual(new Set(['3']));
  });

  it('lose none but the one that ends the process, which ends it twice more', async () => {
    let crashes = 0;
    for (let isOver = false; !isOver; ) {
      let crash = (): void => {};
      const crashed = new Promise<'crashed'>((resolve) => {
        crash = () => resolve('crashed');
      });
      const { session, term } = await fixture.lead({
        handle: async (update, context) => {
          if (!term.mayAct()) return new Promise(() => {});
          await handler(() => handlerMs)(update, context);
          if (!term.mayAct()) return new Promise(() => {});
          if (textOf(update) === 'poison') crash();
          return undefined;
        },
      });
      void session.run();
      const done = fixture.clock.advance(200_000).then(() => 'done' as const);
      isOver = (await Promise.race([crashed, done])) === 'done';
      term.end('lost');
      await done;
      if (!isOver) {
        crashes++;
        await fixture.crash(term);
      }
    }
    expect(crashes).toBe(2);
    expect((await letters().list()).map(({ id }) => id)).toEqual([String(1000 + poison)]);
    const innocent = ended.filter((text) => text !== 'poison');
    expect(new Set(innocent).size).toBe(count - 1);
  });
});

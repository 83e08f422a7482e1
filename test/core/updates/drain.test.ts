/** What a stop hands over, and that one lost request or answer costs nothing. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { HandleUpdate } from '../../../services/core/updates/update.ts';
import { type Lost, message, SessionFixture, textOf } from './session-fixture.ts';

let fixture: SessionFixture;
let begun: string[];
let ended: string[];
beforeEach(async () => {
  fixture = await SessionFixture.open();
  begun = [];
  ended = [];
});

/** A text is `<name> <milliseconds>`. */
const handle: HandleUpdate = async (update, { attempt }) => {
  const text = textOf(update);
  begun.push(`${text} as ${attempt}`);
  await fixture.clock.sleep(Number(text.split(' ')[1] ?? 0));
  ended.push(text);
};

async function leadFor(ms: number) {
  const { session, stop, term } = await fixture.lead({ handle });
  let tookMs: number | undefined;
  let stoppedMs = 0;
  void session.run().then(() => {
    tookMs = fixture.clock.monotonicMs() - stoppedMs;
  });
  await fixture.clock.advance(ms);
  return {
    term,
    session,
    async stop(withinMs: number) {
      stoppedMs = fixture.clock.monotonicMs();
      stop.abort();
      await fixture.clock.advance(withinMs);
      expect(tookMs).toBeDefined();
      await fixture.crash(term);
      return tookMs ?? 0;
    },
  };
}

const oneChat = (count: number, ms: number) =>
  Array.from({ length: count }, (_, index) => message(100 + index, `m${index} ${ms}`, 1));

describe('a stop with one busy chat', () => {
  it('waits for the handler that runs, and leaves the rest to the next leader, in order', async () => {
    fixture.telegram.queue.push(...oneChat(5, 1000));
    const first = await leadFor(1500);
    expect(begun).toHaveLength(2);
    expect(await first.stop(30_000)).toBeLessThanOrEqual(1000);
    expect(begun).toHaveLength(2);
    expect(first.term.handOff).toBe('clean');
    expect(fixture.telegram.queue).toEqual([]);
    await leadFor(10_000);
    expect(ended).toEqual(['m0 1000', 'm1 1000', 'm2 1000', 'm3 1000', 'm4 1000']);
    expect(begun).toHaveLength(5);
  });

  it('begins nothing that was taken in but not begun, and loses nothing of it', async () => {
    const batch = Array.from({ length: 100 }, (_, index) => message(100 + index, `m${index} 400`, index % 4));
    fixture.telegram.queue.push(...batch);
    const first = await leadFor(200);
    const count = begun.length;
    await first.stop(5000);
    expect(begun).toHaveLength(count);
    await leadFor(20_000);
    expect(ended).toHaveLength(100);
    expect(new Set(ended).size).toBe(100);
  });

  it('counts no attempt of a replayed update that it does not begin', async () => {
    fixture.telegram.queue.push(...oneChat(3, 1000));
    await (await leadFor(500)).stop(5000);
    await (await leadFor(500)).stop(5000);
    await leadFor(5000);
    expect(begun).toEqual(['m0 1000 as 1', 'm1 1000 as 2', 'm2 1000 as 2']);
  });

  it('journals a handler that outlasts the drain, for the next leader', async () => {
    fixture.telegram.queue.push(message(100, 'endless 600000'));
    const first = await leadFor(500);
    expect(await first.stop(30_000)).toBeLessThan(26_000);
    expect(await fixture.journaled(100)).toMatch(/^1 /);
    expect(first.term.handOff).toBe('clean');
  });
});

describe.each<Lost>(['request', 'answer'])('a stop that loses one %s', (lost) => {
  it('of the confirmation repeats no update', async () => {
    const { telegram } = fixture;
    telegram.queue.push(message(100, 'a'), message(101, 'b'));
    const first = await leadFor(50);
    expect(ended).toEqual(['a', 'b']);
    // The poll that would confirm them fails, so only the stop can. The journal does not stand in for it either.
    telegram.nextAnswer = { error: new Error('502') };
    await fixture.clock.advance(50);
    telegram.confirmsLost.push(lost);
    fixture.writesLost.push('request');
    await first.stop(20_000);
    expect([...telegram.confirmsLost, ...fixture.writesLost]).toEqual([]);
    expect(first.term.handOff).toBe('clean');
    telegram.queue.push(message(102, 'c'));
    await leadFor(5000);
    expect(begun.map((line) => line.split(' ')[0])).toEqual(['a', 'b', 'c']);
  });

  it('of the write that removes what has ended repeats no update', async () => {
    fixture.telegram.queue.push(message(100, 'slow 2000'));
    const first = await leadFor(1000);
    expect(await fixture.journaled(100)).toMatch(/^1 /);
    fixture.writesLost.push(lost);
    await first.stop(20_000);
    expect([...fixture.telegram.confirmsLost, ...fixture.writesLost]).toEqual([]);
    expect(await fixture.journaled(100)).toBeNull();
    await leadFor(5000);
    expect(ended).toEqual(['slow 2000']);
  });

  it('of the write that hands over what waits loses and repeats nothing', async () => {
    fixture.telegram.queue.push(...oneChat(3, 1000));
    const first = await leadFor(40);
    fixture.writesLost.push(lost);
    await first.stop(20_000);
    expect([...fixture.telegram.confirmsLost, ...fixture.writesLost]).toEqual([]);
    expect(first.term.handOff).toBe('clean');
    expect(ended).toEqual(['m0 1000']);
    await leadFor(5000);
    expect(ended).toEqual(['m0 1000', 'm1 1000', 'm2 1000']);
  });
});

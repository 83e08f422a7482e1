import { describe, expect, it } from 'vitest';
import type { Clock } from '../../services/core/platform/clock.ts';
import { BotWatch, type LookResult } from '../../services/metrics-sidecar/bot-watch.ts';
import type { Family } from '../../services/metrics-sidecar/exposition.ts';
import { parseExposition } from '../../services/metrics-sidecar/exposition.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

type Mood = 'answers' | 'hangs' | 'refuses' | 'babbles';

/** A watched bot on a virtual clock. */
function watched(moodAtStart: Mood = 'answers') {
  const clock = new VirtualClock({ wallMs: 1_000_000_000_000 });
  /** How long this process was frozen: time passed without waking a sleeper. */
  let frozenMs = 0;
  const watchClock: Clock = {
    monotonicMs: () => clock.monotonicMs() + frozenMs,
    wallMs: () => clock.wallMs() + frozenMs,
    sleep: (delayMs, signal) => clock.sleep(delayMs, signal),
  };
  const stop = new AbortController();
  const looks: LookResult[] = [];
  let mood = moodAtStart;
  let waiting: (() => void)[] = [];
  let open = 0;
  let openMost = 0;
  const ask = async (signal: AbortSignal): Promise<readonly Family[]> => {
    openMost = Math.max(openMost, ++open);
    try {
      while (mood === 'hangs') {
        await new Promise<void>((resolve, reject) => {
          waiting.push(resolve);
          signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
        });
      }
      if (mood === 'refuses') throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
      return parseExposition(
        mood === 'babbles' ? '<html>\n' : `leader 1\nheartbeat ${clock.monotonicMs()}\n`,
      );
    } finally {
      open--;
    }
  };
  const watch = new BotWatch({
    clock: watchClock,
    ask,
    keptNames: ['heartbeat'],
    onLook: (result) => looks.push(result),
  });
  void watch.watch(stop.signal);
  return {
    clock,
    looks,
    freeze(ms: number) {
      frozenMs += ms;
    },
    openMost: () => openMost,
    stop: () => stop.abort(),
    async become(next: Mood) {
      mood = next;
      const resolvers = waiting;
      waiting = [];
      for (const resolve of resolvers) resolve();
      await clock.settle();
    },
    /** A scrape's view now, and how long it took on the virtual clock. */
    async scrape() {
      const startedMs = clock.monotonicMs();
      let view: Awaited<ReturnType<BotWatch['view']>> | undefined;
      void watch.view().then((result) => {
        view = result;
      });
      await clock.settle();
      while (view === undefined) {
        await clock.advance(10);
        if (clock.monotonicMs() - startedMs > 5000) throw new Error('no view');
      }
      const names = view.families.map(({ name }) => name);
      return { ...view, names, tookMs: clock.monotonicMs() - startedMs };
    },
  };
}

describe('BotWatch', () => {
  it('asks a healthy bot for each scrape, but at most once a second', async () => {
    const { clock, looks, scrape } = watched();
    await clock.advance(5500);
    const view = await scrape();
    expect(view).toMatchObject({ up: true, names: ['leader', 'heartbeat'], tookMs: 0 });
    expect(view.lastSeenSeconds).toBe(1_000_000_005.5);
    expect(view.families[1]?.samples[0]?.value).toBe('5500');
    for (let scrapes = 0; scrapes < 100; scrapes++) await scrape();
    expect(looks).toHaveLength(2);
    await clock.advance(1001);
    await scrape();
    expect(looks).toHaveLength(3);
  });

  it('asks about six times a minute while nobody scrapes', async () => {
    const { clock, looks } = watched();
    await clock.advance(600_000);
    expect(looks.length).toBeGreaterThan(55);
    expect(looks.length).toBeLessThan(65);
  });

  it('waits at most 700 ms for the first look at the start', async () => {
    const quick = watched();
    expect(await quick.scrape()).toMatchObject({ up: true, tookMs: 0 });
    const hung = watched('hangs');
    const view = await hung.scrape();
    expect(view).toMatchObject({ up: false, names: [], lastSeenSeconds: undefined });
    expect(view.tookMs).toBeLessThanOrEqual(700);
  });

  it('makes one scrape wait for a hung bot, and never shows a leader that is silent for 2 s', async () => {
    const { clock, scrape, become } = watched();
    await clock.advance(10_100);
    await become('hangs');
    let waited = 0;
    for (let silentMs = 0; silentMs < 60_000; silentMs += 100) {
      const view = await scrape();
      if (view.tookMs > 0) waited++;
      if (silentMs > 1700) {
        expect(view).toMatchObject({ up: false, names: ['heartbeat'], lastSeenSeconds: 1_000_000_010 });
      }
      await clock.advance(100);
    }
    expect(waited).toBe(1);
  });

  it('knows within 15 s that a bot hangs, even if nobody scrapes', async () => {
    const { clock, scrape, become } = watched();
    await clock.advance(100);
    await become('hangs');
    await clock.advance(15_000);
    expect(await scrape()).toMatchObject({ up: false, names: ['heartbeat'], tookMs: 0 });
  });

  it('notices at once that a hung bot is back, by the request still open', async () => {
    const { clock, scrape, become, looks, openMost } = watched();
    await clock.advance(1100);
    await become('hangs');
    await clock.advance(60_000);
    await become('answers');
    expect(await scrape()).toMatchObject({ up: true, names: ['leader', 'heartbeat'], tookMs: 0 });
    expect(looks).toEqual(expect.arrayContaining(['answered', 'silent', 'late']));
    expect(openMost()).toBe(1);
  });

  it('sees at the next scrape that a bot was killed, and that it is back', async () => {
    const { clock, scrape, become, looks } = watched();
    await clock.advance(1100);
    await become('refuses');
    await clock.advance(1100);
    expect(await scrape()).toMatchObject({ up: false, names: ['heartbeat'] });
    expect(looks.at(-1)).toBe('unreachable');
    await become('answers');
    await clock.advance(1100);
    expect(await scrape()).toMatchObject({ up: true });
  });

  it('treats an answer without metrics as silence', async () => {
    const { clock, scrape, become, looks } = watched();
    await clock.advance(100);
    await become('babbles');
    await clock.advance(1100);
    expect(await scrape()).toMatchObject({ up: false, names: ['heartbeat'], lastSeenSeconds: 1_000_000_000 });
    expect(looks.at(-1)).toBe('unusable');
  });

  it('does not serve an old view as fresh after it was stopped itself', async () => {
    const { clock, become, freeze, scrape } = watched();
    await clock.advance(1100);
    await become('hangs');
    freeze(60_000);
    const view = await scrape();
    expect(view).toMatchObject({ up: false, names: ['heartbeat'] });
    expect(view.tookMs).toBeLessThanOrEqual(700);
  });

  it('waits for the next answer after it was stopped itself while the bot ran', async () => {
    const { clock, freeze, scrape } = watched();
    await clock.advance(1500);
    freeze(60_000);
    const view = await scrape();
    expect(view).toMatchObject({ up: true, lastSeenSeconds: 1_000_000_061.5 });
    expect(view.tookMs).toBeLessThanOrEqual(700);
  });

  it('ignores steps of the wall clock', async () => {
    const { clock, scrape } = watched();
    await clock.advance(1100);
    clock.stepWall(-86_400_000);
    await clock.advance(1100);
    expect(await scrape()).toMatchObject({ up: true, lastSeenSeconds: 1_000_000_002.2 - 86_400 });
  });

  it('ends on its signal and leaves nothing waiting', async () => {
    const { clock, stop, become } = watched();
    await clock.advance(500);
    await become('hangs');
    await clock.advance(2000);
    stop();
    await clock.settle();
    expect(clock.sleeperCount).toBe(0);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { demandNoLateCalls, demandNoOverlap } from '../../../services/lab/drills/drill-checks.ts';
import { DrillContext, DrillStopped, PromiseBroken } from '../../../services/lab/drills/drill-context.ts';
import type { LabContext } from '../../../services/lab/lab-context.ts';
import type { LoadGenerator } from '../../../services/lab/load/load-generator.ts';
import { text } from '../../../services/lab/shared/text.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const what = text('the sky falls', 'падает небо');

describe('DrillContext', () => {
  let clock: VirtualClock;
  let end: AbortController;
  let fixed: AbortController;
  let context: DrillContext;
  let overlaps: number;
  let polls: { disownedPolls: number; end(): void };

  beforeEach(() => {
    clock = new VirtualClock();
    end = new AbortController();
    fixed = new AbortController();
    overlaps = 3;
    polls = { disownedPolls: 0, end: () => undefined };
    const lab = {
      clock,
      addresses: { botToken: '1:t' },
      telegram: { state: () => ({ overlaps }) },
      polls: { begin: () => polls },
    } as unknown as LabContext;
    const load = {} as unknown as LoadGenerator;
    context = new DrillContext({
      lab,
      load,
      end: end.signal,
      fixed: fixed.signal,
      onChange: () => undefined,
    });
  });

  it('waits for a condition, says so meanwhile, and returns how long it took', async () => {
    let fell = false;
    const waited = context.until(what, () => fell);
    await clock.advance(2000);
    expect(context.now?.ru).toBe('Ждём: падает небо');
    fell = true;
    await clock.advance(200);
    expect(await waited).toBeGreaterThanOrEqual(2000);
  });

  it('reports a broken promise when the time is up', async () => {
    const outcome = context.until(what, () => false, 5000).catch((error: unknown) => error);
    await clock.advance(6000);
    const error = await outcome;
    expect(error).toBeInstanceOf(PromiseBroken);
    expect(error).toMatchObject({ why: { en: 'Did not happen within 5 s: the sky falls' } });
  });

  it('keeps waiting while the store does not answer', async () => {
    let tries = 0;
    const waited = context.until(what, async () => {
      tries += 1;
      if (tries < 3) throw new Error('down');
      return true;
    });
    await clock.advance(1000);
    await waited;
    expect(tries).toBe(3);
  });

  it('ends at once when the drill is stopped', async () => {
    const outcome = context.until(what, () => false).catch((error: unknown) => error);
    await clock.advance(100);
    end.abort();
    await clock.advance(1);
    expect(await outcome).toBeInstanceOf(DrillStopped);
  });

  it('leaves a fault in place until the time is up or it is fixed', async () => {
    const first = context.hold(5000, what);
    await clock.advance(5000);
    await first;
    const second = context.hold(5000, what);
    fixed.abort();
    await second;
    expect(clock.monotonicMs()).toBe(5000);
  });

  it('removes a fault early if it is fixed in another way', async () => {
    let awake = false;
    const held = context.hold(5000, what, () => awake);
    await clock.advance(1000);
    awake = true;
    await clock.advance(200);
    await held;
    expect(clock.monotonicMs()).toBe(1200);
  });

  it('sees what happens while the fault is in place', async () => {
    let fell = false;
    const seen = context.seen(what, () => fell);
    await clock.advance(1000);
    fell = true;
    await clock.advance(200);
    expect(await seen).toBeGreaterThanOrEqual(1000);
    expect(context.unseen).toBe(false);
  });

  it('stops waiting when the fault is fixed, and is unseen', async () => {
    const seen = context.seen(what, () => false);
    await clock.advance(1000);
    fixed.abort();
    await clock.advance(200);
    expect(await seen).toBeUndefined();
    expect(context.unseen).toBe(true);
  });

  it('is unseen if the fault ends in another way', async () => {
    expect(await context.seen(what, () => false, { isFixed: () => true })).toBeUndefined();
    expect(context.unseen).toBe(true);
  });

  it('reports a broken promise if it is not kept while the fault is in place', async () => {
    const outcome = context.seen(what, () => false, { withinMs: 500 }).catch((error: unknown) => error);
    await clock.advance(1000);
    expect(await outcome).toBeInstanceOf(PromiseBroken);
    expect(context.unseen).toBe(false);
  });

  it('counts overlaps since its start or the last reset', () => {
    expect(context.overlaps()).toBe(0);
    demandNoOverlap(context);
    overlaps += 2;
    expect(context.overlaps()).toBe(2);
    expect(() => demandNoOverlap(context)).toThrow(PromiseBroken);
    expect(context.measures.twoAtOnce).toBe(2);
    context.resetOverlaps();
    expect(context.overlaps()).toBe(0);
    demandNoOverlap(context);
  });

  it('allows one late call after a wake-up, and no second one', () => {
    overlaps += 1;
    demandNoLateCalls(context);
    polls.disownedPolls = 1;
    demandNoLateCalls(context);
    overlaps += 1;
    expect(() => demandNoLateCalls(context)).toThrow(PromiseBroken);
    context.resetOverlaps();
    polls.disownedPolls = 2;
    expect(() => demandNoLateCalls(context)).toThrow(PromiseBroken);
  });
});

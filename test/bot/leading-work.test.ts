import { beforeEach, describe, expect, it } from 'vitest';
import { LeadingWork } from '../../services/bot/leading-work.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

let clock: VirtualClock;
let stop: AbortController;
let ending: AbortController;
let over: AbortController;

beforeEach(() => {
  clock = new VirtualClock();
  [stop, ending, over] = [new AbortController(), new AbortController(), new AbortController()];
});

function start(run: (signal: AbortSignal) => Promise<void>): LeadingWork {
  const term = { endingSignal: ending.signal, overSignal: over.signal };
  return new LeadingWork({ clock, drainTimeoutMs: 5000, run }, term, stop.signal);
}

const endOf = (work: LeadingWork): { how?: string } => {
  const end: { how?: string } = {};
  void work.end().then((how) => {
    end.how = how;
  });
  return end;
};
const never = (): Promise<never> => new Promise(() => {});

describe('work beside polling', () => {
  it.each([
    ['a stop', () => stop.abort()],
    ['the end of the term', () => ending.abort()],
    ['the end of polling', (work: LeadingWork) => void work.end()],
  ])('hears of %s', (_name, act) => {
    let signal: AbortSignal | undefined;
    const work = start(async (given) => {
      signal = given;
    });
    expect(signal?.aborted).toBe(false);
    act(work);
    expect(signal?.aborted).toBe(true);
  });

  it('is waited for, as handlers are, from the stop on', async () => {
    const work = start(never);
    stop.abort();
    await clock.advance(2000);
    const end = endOf(work);
    await clock.advance(2999);
    expect(end.how).toBeUndefined();
    await clock.advance(1);
    expect(end.how).toBe('late');
  });

  it('costs no time if it ends at once', async () => {
    const work = start(
      (signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
    );
    const end = endOf(work);
    await clock.settle();
    expect(end.how).toBe('ended');
  });

  it('is not waited for once the term is over', async () => {
    const work = start(never);
    const end = endOf(work);
    over.abort();
    await clock.settle();
    expect(end.how).toBe('late');
  });

  it('that begins after a stop has the drain time too', async () => {
    stop.abort();
    const end = endOf(start(never));
    await clock.advance(5000);
    expect(end.how).toBe('late');
  });
});

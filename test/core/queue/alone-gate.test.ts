import { beforeEach, expect, it } from 'vitest';
import { AloneGate, aloneMaxMs } from '../../../services/core/queue/alone-gate.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

let clock: VirtualClock;
let gate: AloneGate;
const { signal } = new AbortController();
beforeEach(() => {
  clock = new VirtualClock();
  gate = new AloneGate(clock);
});

/** Enters; `release` is there once it is in. */
function enter(): { release?: () => void } {
  const entered: { release?: () => void } = {};
  void gate.enter(signal).then((release) => {
    entered.release = release;
  });
  return entered;
}

it('waits for what runs, and lets nothing begin meanwhile', async () => {
  gate.begun();
  const alone = enter();
  await clock.advance(10);
  expect(alone.release).toBeUndefined();
  expect(gate.untilOpen()).toBeDefined();
  gate.ended();
  await clock.advance(0);
  expect(alone.release).toBeDefined();
  expect(gate.untilOpen()).toBeDefined();
  alone.release?.();
  expect(gate.untilOpen()).toBeUndefined();
});

it('lets one in after another', async () => {
  const [first, second] = [enter(), enter()];
  await clock.advance(0);
  expect(second.release).toBeUndefined();
  first.release?.();
  await clock.advance(0);
  expect(second.release).toBeDefined();
});

it('does not wait for ever for what runs, nor for the one that is alone', async () => {
  gate.begun();
  const alone = enter();
  await clock.advance(aloneMaxMs);
  expect(alone.release).toBeDefined();
  await clock.advance(aloneMaxMs);
  expect(gate.untilOpen()).toBeUndefined();
});

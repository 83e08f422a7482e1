/**
 * Moves bars between two events: a lease runs out, a heartbeat's age grows.
 *
 * An element carries its share at the last event (`data-share`, 0 to 1) and its speed (`data-rate`, shares per second).
 * The bars stop after some seconds without an event: stale values must not look alive. With reduced motion they move
 * on events only.
 *
 * Tested by: test/e2e/sentences.long.test.ts
 */
const silentAfterMs = 3000;
/** Less than a pixel on most bars: smaller moves are not drawn. */
const shareStep = 0.003;

const reducedMotion = matchMedia('(prefers-reduced-motion: reduce)');
const drawn = new WeakMap();
let updatedMs = 0;
let moving = false;

/** The bars show the current values: they move on from here. */
export function barsUpdated() {
  updatedMs = performance.now();
  if (moving) return;
  moving = true;
  requestAnimationFrame(step);
}

export function stopBars() {
  moving = false;
}

function step() {
  if (!moving) return;
  const elapsedMs = performance.now() - updatedMs;
  moveBars(reducedMotion.matches ? 0 : Math.min(elapsedMs, silentAfterMs) / 1000);
  if (elapsedMs > silentAfterMs) stopBars();
  else requestAnimationFrame(step);
}

function moveBars(elapsedSeconds) {
  for (const bar of document.querySelectorAll('[data-rate]')) {
    const { share, rate } = bar.dataset;
    const now = Math.min(1, Math.max(0, Number(share) + Number(rate) * elapsedSeconds));
    if (Math.abs(now - (drawn.get(bar) ?? -1)) < shareStep) continue;
    drawn.set(bar, now);
    bar.style.transform = `scaleX(${now.toFixed(4)})`;
  }
}

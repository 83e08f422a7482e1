/**
 * Bars that move between two events as the thing itself does: a lease drains, a heartbeat's age grows.
 *
 * An element says where it stood when the last event came (`data-share`, 0 to 1) and how fast it goes (`data-rate`,
 * shares per second). It stops when nothing was heard for a while: an old picture must not look alive. Who asked for
 * less motion sees it move with each event only.
 */
const silentAfterMs = 3000;
/** Less than a pixel on the usual bar: what nobody sees is not drawn. */
const shareStep = 0.003;

const still = matchMedia('(prefers-reduced-motion: reduce)');
const drawn = new WeakMap();
let heardMs = 0;
let alive = false;

/** Something was heard: what the bars say is true at this moment. */
export function heard() {
  heardMs = performance.now();
  if (alive) return;
  alive = true;
  requestAnimationFrame(step);
}

/** Everything stands still from now on. */
export function fallSilent() {
  alive = false;
}

function step() {
  if (!alive) return;
  const elapsedMs = performance.now() - heardMs;
  moveBars(still.matches ? 0 : Math.min(elapsedMs, silentAfterMs) / 1000);
  if (elapsedMs > silentAfterMs) fallSilent();
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

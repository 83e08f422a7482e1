/**
 * The load: how many messages were sent, and what became of them.
 *
 * Tested by: test/e2e/tour.long.test.ts
 */
import { h } from '../dom.js';

export function loadButtonsView({ load }, t) {
  const running = load?.running === true;
  return [
    h(
      'button',
      { key: 'start', type: 'submit', class: running ? null : 'primary' },
      running ? t.load.change : t.load.start,
    ),
    h('button', { key: 'stop', type: 'button', 'data-do': 'load-stop', disabled: !running }, t.load.stop),
  ];
}

export function loadView({ load }, t) {
  const {
    sent = 0,
    answered = 0,
    waiting = 0,
    lost = 0,
    outOfOrder = 0,
    repeated = 0,
    latencyMs,
  } = load ?? {};
  const promised = (name, value) => ({
    name,
    value: String(value),
    tone: value > 0 ? 'bad' : sent > 0 ? 'good' : 'quiet',
  });
  const ms = (value) => (value === undefined || value === null ? '–' : t.milliseconds(value));
  return [
    { name: 'sent', value: String(sent) },
    { name: 'answered', value: String(answered) },
    { name: 'waiting', value: String(waiting) },
    promised('lost', lost),
    promised('outOfOrder', outOfOrder),
    { name: 'repeated', value: String(repeated), tone: repeated > 0 ? 'warn' : 'quiet' },
    { name: 'p50', value: ms(latencyMs?.p50) },
    { name: 'p99', value: ms(latencyMs?.p99) },
  ].map(({ name, value, tone = 'quiet' }) =>
    h(
      'div',
      { key: name, 'data-figure': name },
      h('dt', {}, t.load[name]),
      h('dd', { 'data-tone': tone }, value),
    ),
  );
}

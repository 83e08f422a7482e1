/**
 * Queue mode: the consumers as cards, and how much waits in the queue. Empty while handlers run in the worker.
 *
 * Tested by: test/e2e/queue-page.long.test.ts
 */
import { h } from '../dom.js';
import { fact } from './facts.js';
import { endedList, signalButtons } from './process-card.js';

export function queueView({ queue }, t) {
  // An older lab does not send it.
  if (!queue) return [];
  const cards = queue.consumers.map((consumer) => consumerCard(consumer, queue, t));
  return [
    h('h3', { key: 'title', id: 'queue-title' }, t.queue.title),
    h('p', { key: 'hint', class: 'hint' }, t.queue.hint),
    h(
      'div',
      { key: 'cards', class: 'cards' },
      [...cards, endedList(queue.stoppedConsumers, t)].filter(Boolean),
    ),
    h('dl', { key: 'facts', class: 'facts' }, queueFacts(queue, t)),
  ];
}

function consumerCard(consumer, queue, t) {
  const { name, pid, role, health, frozen, beatAgeSeconds } = consumer;
  const shownRole = frozen ? t.workers.frozen : (t.queue.roles[role] ?? t.workers.roles[role]);
  const tone = { consumer: 'good', silent: 'bad' }[frozen ? 'silent' : role] ?? 'quiet';
  const beat = beatAgeSeconds === null ? t.queue.noBeat : t.queue.beat(t.duration(beatAgeSeconds));
  return h(
    'article',
    {
      key: name,
      class: 'card',
      'data-consumer': name,
      'data-role': role,
      'data-health': health,
      'data-frozen': frozen,
    },
    h('header', {}, h('h3', {}, name), h('span', { class: 'badge', 'data-tone': tone }, shownRole)),
    h('p', { class: 'what' }, whatItDoes(consumer, queue, t)),
    h('p', { class: 'note' }, `pid ${pid ?? '–'} · ${beat}`),
    signalButtons(consumer, t.queue, t),
  );
}

function whatItDoes({ role, details, lagSeconds }, { visibilitySeconds }, t) {
  if (role === 'starting') return t.workers.startingHint;
  if (role === 'stopping') return t.workers.stoppingHint;
  if (role === 'silent') return t.queue.silentHint(t.duration(visibilitySeconds));
  return [
    t.queue.running(details.running ?? 0),
    t.queue.held(details.held ?? 0),
    lagSeconds === null ? null : t.queue.lag(t.milliseconds(lagSeconds * 1000)),
  ]
    .filter(Boolean)
    .join(' · ');
}

function queueFacts({ visible, inFlight, deadLetters, visibilitySeconds }, t) {
  return [
    fact({
      key: 'queue-visible',
      wide: true,
      name: t.queue.visible,
      value: String(visible),
      tone: visible > 0 ? 'warn' : 'quiet',
      notes: [t.queue.visibleHint],
    }),
    fact({
      key: 'queue-in-flight',
      name: t.queue.inFlight,
      value: String(inFlight),
      tone: 'quiet',
      notes: [t.queue.inFlightHint(t.duration(visibilitySeconds))],
    }),
    fact({
      key: 'queue-dead',
      name: t.queue.dead,
      value: String(deadLetters),
      tone: deadLetters > 0 ? 'bad' : 'quiet',
      notes: [t.queue.deadHint],
    }),
  ];
}

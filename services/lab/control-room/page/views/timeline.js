/**
 * The audit trail: who did what to the polling, and why.
 *
 * Events and reasons of the program's own appear in the page's language, reasons typed by people as they are.
 * Tested by: test/e2e/sentences.long.test.ts
 */
import { h } from '../dom.js';
import { translated } from '../texts/index.js';
import { clockTime } from './clock-time.js';
import { actorName } from './worker-name.js';

const tones = {
  acquired: 'good',
  recovered: 'good',
  released: 'info',
  restarted: 'info',
  retried: 'info',
  unbound: 'info',
  lost: 'warn',
  revoked: 'warn',
  broken: 'warn',
  'task-stopped': 'warn',
  dropped: 'warn',
  outage: 'bad',
};

export const eventTone = (event) => tones[event] ?? 'quiet';

export function timelineView(state, t) {
  const { audit } = state;
  if (audit === undefined) return [];
  if (audit === null) return [h('li', { key: 'unknown', class: 'empty' }, t.phone.unknown)];
  if (audit.length === 0) return [h('li', { key: 'empty', class: 'empty' }, t.timeline.empty)];
  return audit.map(({ id, event, who, why }) =>
    h(
      'li',
      { key: id, 'data-event': event, 'data-tone': eventTone(event) },
      h('time', {}, clockTime(Number(id.split('-')[0]))),
      h(
        'div',
        {},
        h('p', {}, h('strong', {}, actorName(who, state, t)), ` ${t.timeline.events[event] ?? event}`),
        why && h('p', { class: 'note' }, translated(why, t.timeline.reasons)),
      ),
    ),
  );
}

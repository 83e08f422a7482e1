/** The audit trail: who did what to the polling, and why. */
import { h } from '../dom.js';
import { clockTime } from './times.js';
import { workerName } from './worker-name.js';

const tones = {
  acquired: 'good',
  recovered: 'good',
  released: 'info',
  restarted: 'info',
  retried: 'info',
  lost: 'warn',
  revoked: 'warn',
  broken: 'warn',
  dropped: 'warn',
  outage: 'bad',
};

export const eventTone = (event) => tones[event] ?? 'quiet';

export function timelineView({ audit, now }, t) {
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
        h('p', {}, h('strong', {}, workerName(who, now)), ` ${t.timeline.events[event] ?? event}`),
        why && h('p', { class: 'note' }, why),
      ),
    ),
  );
}

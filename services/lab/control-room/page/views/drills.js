/**
 * The drills as cards: what each does, what is promised, and whether the promise held.
 *
 * Tested by: test/e2e/sentences.long.test.ts
 */
import { h } from '../dom.js';
import { localized } from '../texts/index.js';
import { clockTime } from './clock-time.js';
import { figuresList } from './figures.js';

const groups = {
  workers: ['kill', 'freeze', 'resume', 'stop', 'add'],
  handlers: ['poison', 'failing-handlers'],
  queue: ['kill-consumer', 'freeze-consumer', 'queue-away'],
  around: ['cut', 'wipe', 'other-bot', 'stop-monitor'],
  telegram: ['rogue', 'telegram-429', 'telegram-502', 'telegram-hang'],
};
const known = Object.values(groups).flat();

/** The faults that a newcomer tries first, in short. */
const quickIds = ['kill', 'freeze', 'rogue', 'failing-handlers'];

export function quickDrillsView(state, t) {
  const { lab, drills, tour } = state;
  return quickIds
    .map((id) => lab?.drills?.find((one) => one.id === id))
    .filter(Boolean)
    .map(({ id, title, does, holds }) => {
      const drill = drills?.find((one) => one.id === id) ?? { state: 'idle' };
      const name = localized(title, t);
      const busy = isBusy(id, { drills, tour });
      return h(
        'article',
        { key: id, class: 'quick-drill', 'data-quick': id, 'data-state': drill.state },
        h('h3', {}, name),
        drillButton({ id, name, state: drill.state, holds, busy }, t),
        h('p', { class: 'note' }, localized(does, t)),
        h('p', { class: 'verdict', role: 'status' }, verdict(drill, t)),
      );
    });
}

export function drillTargetView({ lab, now }, t) {
  if (!lab?.drills?.some(({ target }) => target === 'worker')) return [];
  return [
    h('label', { for: 'drill-worker' }, t.drills.target),
    h(
      'select',
      { id: 'drill-worker', key: 'drill-worker' },
      h('option', { key: 'leader', value: '' }, t.drills.leader),
      (now?.workers ?? []).map(({ name }) => h('option', { key: name, value: name }, name)),
    ),
  ];
}

export function drillsView(state, t) {
  const { lab } = state;
  if (lab === undefined) return [];
  if (lab.drills === undefined) return [h('p', { key: 'missing', class: 'empty' }, t.drills.missing)];
  const more = lab.drills.map(({ id }) => id).filter((id) => !known.includes(id));
  return Object.entries({ ...groups, more })
    .map(([group, ids]) => [group, ids.map((id) => lab.drills.find((one) => one.id === id)).filter(Boolean)])
    .filter(([, drills]) => drills.length > 0)
    .map(([group, drills]) =>
      h(
        'section',
        { key: group, class: 'group', 'aria-labelledby': `drills-${group}` },
        h('h3', { id: `drills-${group}` }, t.drills.groups[group]),
        h(
          'div',
          { class: 'drills' },
          drills.map((facts) => drillCard(facts, state, t)),
        ),
      ),
    );
}

function drillCard({ id, title, does, promise, holds }, { drills, tour }, t) {
  const drill = drills?.find((one) => one.id === id) ?? { state: 'idle' };
  const { state, worker } = drill;
  const name = localized(title, t);
  const busy = isBusy(id, { drills, tour });
  return h(
    'article',
    { key: id, class: 'drill', 'data-drill-card': id, 'data-state': state },
    h('header', {}, h('h4', {}, name), h('span', { class: 'verdict', role: 'status' }, verdict(drill, t))),
    h('p', { class: 'does' }, localized(does, t)),
    h('p', { class: 'promise' }, h('strong', {}, `${t.drills.promise}: `), localized(promise, t)),
    state !== 'idle' && outcome(drill, t),
    h(
      'div',
      { class: 'buttons' },
      drillButton({ id, name, state, holds, busy }, t),
      worker && h('span', { class: 'note' }, worker),
    ),
  );
}

/** Starting and fixing share one button, so that the keyboard's focus stays on it. */
function drillButton({ id, name, state, holds, busy }, t) {
  const fixes = state === 'running' && holds;
  const text = fixes ? t.drills.fix : t.drills.run;
  return h(
    'button',
    {
      key: 'run',
      type: 'button',
      class: fixes ? 'primary' : null,
      'data-do': fixes ? 'fix' : busy ? null : 'drill',
      'data-drill': id,
      'aria-disabled': busy && !fixes,
      'aria-label': `${text}: ${name}`,
    },
    text,
  );
}

/** One drill at a time: two would spoil each other's figures. Only resuming may join freezing. */
function isBusy(id, { drills = [], tour }) {
  const running = drills.filter(({ state }) => state === 'running').map((one) => one.id);
  return tour?.running === true || running.some((other) => !(id === 'resume' && other === 'freeze'));
}

function verdict({ state, startedAtMs, endedAtMs }, t) {
  const text = t.drills.states[state] ?? state;
  if (state !== 'kept' || !startedAtMs || !endedAtMs) return text;
  return t.drills.keptIn(t.duration((endedAtMs - startedAtMs) / 1000));
}

function outcome({ state, now, why, figures, startedAtMs }, t) {
  const words = state === 'running' ? now : why;
  return h(
    'div',
    { class: 'outcome' },
    words && h('p', { class: state === 'running' ? 'doing' : 'why' }, localized(words, t)),
    figuresList(figures, t),
    startedAtMs && h('p', { class: 'note' }, t.drills.at(clockTime(startedAtMs))),
  );
}

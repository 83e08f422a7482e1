/**
 * The guided tour: its steps with their promises and results, and the one big button.
 *
 * Tested by: test/e2e/tour.long.test.ts
 */
import { h } from '../dom.js';
import { localized } from '../texts/index.js';
import { figuresList } from './figures.js';

const marks = { waiting: '', running: '', kept: '✓', broken: '✕' };

function progress({ lab, tour }) {
  const steps = tour?.steps ?? [];
  const of = lab?.tourSteps?.length ?? steps.length;
  const count = (wanted) => steps.filter(({ state }) => state === wanted).length;
  return {
    of,
    kept: count('kept'),
    broken: count('broken'),
    running: tour?.running === true,
    restoring: tour?.restoring === true,
    begun: steps.some(({ state }) => state !== 'waiting'),
    at: steps.findIndex(({ state }) => state === 'running') + 1,
  };
}

/** An older lab does not say how fast it is. */
function paceOf(lab, t) {
  return lab?.tourSpeed > 1 ? t.tour.pace(lab.tourSpeed) : '';
}

/** The sentence under the title and its tone. */
export function tourWords(state, t) {
  if (state.lab !== undefined && state.lab.tourSteps === undefined)
    return { tone: 'quiet', text: t.tour.missing };
  const { of, kept, broken, running, restoring, begun, at } = progress(state);
  if (restoring) return { tone: 'info', text: t.tour.restoring };
  if (running) return { tone: 'info', text: t.tour.running(at || kept + broken || 1, of) };
  if (!begun) return { tone: 'quiet', text: `${t.tour.intro} ${paceOf(state.lab, t)}` };
  if (broken > 0) return { tone: 'bad', text: t.tour.broken(broken) };
  return kept === of ? { tone: 'good', text: t.tour.kept(of) } : { tone: 'quiet', text: t.tour.stopped };
}

/** Starting and stopping share one button, so that the keyboard's focus stays on it. */
export function tourButtonView(state, t) {
  if (state.lab?.tourSteps === undefined) return [];
  const { running, restoring, begun } = progress(state);
  const text = running ? t.tour.stop : begun ? t.tour.again : t.tour.start;
  return [
    h(
      'button',
      {
        key: 'tour',
        type: 'button',
        class: running ? 'big' : 'big primary',
        'data-do': restoring ? null : 'tour',
        'data-action': running ? 'stop' : 'start',
        'aria-disabled': restoring,
      },
      text,
    ),
  ];
}

export function tourStepsView({ lab, tour }, t) {
  return (lab?.tourSteps ?? []).map(({ id, title, promise, inEarnest }, index) => {
    const step = tour?.steps?.find((one) => one.id === id) ?? { state: 'waiting' };
    const { state } = step;
    return h(
      'li',
      { key: id, class: 'step', 'data-step': id, 'data-state': state },
      h('span', { class: 'mark', 'aria-hidden': 'true' }, marks[state] || String(index + 1)),
      h(
        'div',
        { class: 'step-text' },
        h('h3', {}, localized(title, t), h('span', { class: 'hidden' }, `: ${t.tour.states[state]}`)),
        h('p', { class: 'note' }, localized(promise, t)),
        state === 'running' && step.now && h('p', { class: 'doing' }, localized(step.now, t)),
        step.why && h('p', { class: 'why' }, localized(step.why, t)),
        figuresList(step.figures, t),
        inEarnest &&
          h('p', { class: 'note earnest' }, h('strong', {}, t.tour.earnest), ` ${localized(inEarnest, t)}`),
      ),
    );
  });
}

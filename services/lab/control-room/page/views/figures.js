/**
 * The measured figures of a drill or a tour step: the most telling at once, the others on demand.
 *
 * Tested by: test/e2e/tour.long.test.ts
 */
import { h } from '../dom.js';
import { localized } from '../texts/index.js';

const firstShown = 2;
/** Every promise is about these. */
const alwaysShown = ['lost', 'takenByRogue', 'outOfOrder'];

/** @param {{id: string, label: object, value: object}[] | undefined} figures */
export function figuresList(figures = [], t) {
  if (figures.length === 0) return null;
  const isShown = ({ id }, index) => index < firstShown || alwaysShown.includes(id);
  const others = figures.filter((figure, index) => !isShown(figure, index));
  return h(
    'div',
    { class: 'measured' },
    listOf(figures.filter(isShown), t),
    others.length > 0 && h('details', {}, h('summary', {}, t.figures.more), listOf(others, t)),
  );
}

function listOf(figures, t) {
  return h(
    'dl',
    {},
    figures.map(({ label, value }) =>
      h('div', {}, h('dt', {}, localized(label, t)), h('dd', {}, localized(value, t))),
    ),
  );
}

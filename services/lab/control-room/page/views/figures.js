/** Measured figures of a drill or a step, as the lab tells them: the most telling at once, the others on demand. */
import { h } from '../dom.js';
import { inWords } from '../texts/texts.js';

const firstShown = 2;
/** What every promise is about. */
const alwaysShown = ['lost', 'outOfOrder'];

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
      h('div', {}, h('dt', {}, inWords(label, t)), h('dd', {}, inWords(value, t))),
    ),
  );
}

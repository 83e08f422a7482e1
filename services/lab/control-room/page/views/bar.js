/** A meter that may move by itself between two events (`draining.js`). */
import { h } from '../dom.js';

/**
 * @param {{label: string, text: string, share: number, perSecond?: number, tone: string}} meter `perSecond`: how much
 *   of the whole it goes by itself; without it the bar stands
 */
export function bar({ label, text, share, perSecond = 0, tone }) {
  const shown = Math.min(1, Math.max(0, share));
  const meter = {
    class: 'bar',
    role: 'meter',
    'aria-label': label,
    'aria-valuemin': 0,
    'aria-valuemax': 100,
    'aria-valuenow': Math.round(shown * 100),
    'aria-valuetext': text,
  };
  const fill = h('div', {
    class: 'fill',
    'data-tone': tone,
    'data-share': shown.toFixed(4),
    'data-rate': perSecond.toFixed(5),
    style: { transform: `scaleX(${shown.toFixed(4)})` },
  });
  return h('div', { class: 'bar-row' }, h('div', meter, fill), h('span', { class: 'note' }, text));
}

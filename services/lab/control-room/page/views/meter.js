/** A meter whose bar may move on between two events (`moving-bars.js`). */
import { h } from '../dom.js';

/**
 * @param {{label: string, text: string, share: number, perSecond?: number, tone: string}} values `share`: 0 to 1;
 *   `perSecond`: how fast the share changes by itself, 0 unless given
 */
export function meter({ label, text, share, perSecond = 0, tone }) {
  const shown = Math.min(1, Math.max(0, share));
  const bar = {
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
  return h('div', { class: 'bar-row' }, h('div', bar, fill), h('span', { class: 'note' }, text));
}

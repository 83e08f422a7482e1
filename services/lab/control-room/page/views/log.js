/**
 * The live log: lines are appended, never redrawn.
 *
 * Tested by: test/e2e/page.long.test.ts
 */
import { h } from '../dom.js';
import { clockTime } from './clock-time.js';

const linesKept = 400;

/**
 * @param {HTMLElement} list
 * @param {{seq: number, atMs: number, source: string, level: string, message: string, details: string}[]} entries
 */
export function addLines(list, entries) {
  const lastSeq = Number(list.lastElementChild?.dataset.seq ?? 0);
  // A restarted lab numbers its lines from 1 again.
  if (entries.length > 0 && entries[entries.length - 1].seq < lastSeq) list.replaceChildren();
  const known = Number(list.lastElementChild?.dataset.seq ?? 0);
  const follows = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  for (const entry of entries.filter(({ seq }) => seq > known)) list.append(line(entry));
  while (list.childElementCount > linesKept) list.firstElementChild.remove();
  if (follows) list.scrollTop = list.scrollHeight;
}

function line({ seq, atMs, source, level, message, details }) {
  return h(
    'p',
    { class: 'line', 'data-seq': seq, 'data-level': level },
    h('time', {}, clockTime(atMs)),
    h('span', { class: 'source' }, source),
    h(
      'span',
      { class: 'message', title: details === '' ? null : details },
      message,
      details && h('span', { class: 'details' }, ` ${details}`),
    ),
  );
}

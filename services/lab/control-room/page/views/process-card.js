/**
 * What the cards of workers and consumers have in common: the buttons that signal a process, and the list of ended ones.
 *
 * Tested by: test/e2e/control-room.long.test.ts
 */
import { h } from '../dom.js';
import { clockTime } from './clock-time.js';

const endedShown = 3;

/** @param {object} hints what each signal means for such a process: `stopHint`, `freezeHint`, `resumeHint` */
export function signalButtons(process, hints, t) {
  const buttons = signalsFor(process).map((one) => signalButton(one, process, { hints, t }));
  return h('div', { class: 'buttons' }, buttons);
}

/** Freezing and resuming share one button, so that the keyboard's focus stays on it. */
function signalsFor({ role, frozen }) {
  const hangs = frozen || role === 'silent';
  return [
    { key: 'kill', signal: 'SIGKILL', text: 'kill', danger: true },
    { key: 'stop', signal: 'SIGTERM', text: 'stop' },
    {
      key: 'freeze',
      ...(hangs ? { signal: 'SIGCONT', text: 'resume' } : { signal: 'SIGSTOP', text: 'freeze' }),
    },
  ];
}

function signalButton({ key, signal, text, danger }, { pid, name }, { hints, t }) {
  const hint = hints[`${text}Hint`] ?? t.workers[`${text}Hint`];
  return h(
    'button',
    {
      type: 'button',
      key,
      class: danger ? 'danger' : null,
      'data-do': 'signal',
      'data-pid': pid,
      'data-signal': signal,
      title: hint,
      'aria-label': `${t.workers[text]} ${name}: ${hint}`,
    },
    t.workers[text],
  );
}

export function endedList(stopped, t) {
  const ended = stopped.slice(0, endedShown).map(({ name, pid, exit, stoppedAtSeconds }) => {
    const how = exit.signal ?? t.workers.exit(exit.code);
    const text = `${clockTime(stoppedAtSeconds * 1000)} · ${t.workers.ended(name, how)}`;
    return h('li', { key: `${name}-${pid}` }, text);
  });
  return ended.length > 0 && h('ul', { key: 'ended', class: 'ended note' }, ended);
}

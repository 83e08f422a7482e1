/**
 * The ops actions and their answers.
 *
 * Tested by: test/e2e/control-room.long.test.ts
 */
import { h } from '../dom.js';
import { translated } from '../texts/index.js';
import { workerName } from './worker-name.js';

const actions = ['status', 'release-lock', 'drop-updates', 'restart', 'recover'];

export function opsView({ confirming }, t) {
  return [
    h(
      'div',
      { class: 'field' },
      h('label', { for: 'reason' }, t.ops.reason),
      h('input', { id: 'reason', maxlength: 500, placeholder: t.ops.reasonPlaceholder }),
    ),
    h(
      'div',
      { class: 'switches' },
      checkbox('force', t.ops.force, t.ops.forceHint),
      checkbox('drop', t.ops.drop, t.ops.actions['drop-updates'][1]),
    ),
    h(
      'div',
      { class: 'actions' },
      actions.map((action) => {
        const [name, hint] = t.ops.actions[action];
        return h(
          'button',
          {
            type: 'button',
            key: action,
            'data-do': 'ops',
            'data-action': action,
            class: action === 'recover' ? 'primary' : null,
          },
          h('strong', {}, name),
          h('small', {}, hint),
        );
      }),
    ),
    ...(confirming === undefined ? [] : [confirmation(confirming, t)]),
  ];
}

/** Deleting cannot be undone, so it asks; the way back has the focus. */
function confirmation({ action, pending }, t) {
  return h(
    'div',
    { key: 'confirm', class: 'confirm', role: 'alertdialog', 'aria-labelledby': 'confirm-words' },
    h('p', { id: 'confirm-words' }, t.ops.confirm(pending)),
    h(
      'div',
      { class: 'buttons' },
      h('button', { type: 'button', id: 'keep', key: 'keep', 'data-do': 'ops-keep' }, t.ops.keep),
      h(
        'button',
        {
          type: 'button',
          key: 'delete',
          class: 'danger',
          'data-do': 'ops',
          'data-action': action,
          'data-confirmed': '',
        },
        t.ops.delete,
      ),
    ),
  );
}

function checkbox(id, text, hint) {
  return h('label', { class: 'check', title: hint }, h('input', { type: 'checkbox', id }), text);
}

export function opsResultView({ ops, now }, t) {
  return ops.map((run) => h('section', { key: `run-${run.id}`, class: 'run' }, ...runView(run, now, t)));
}

function runView({ action, answer, elapsedMs }, now, t) {
  const name = t.ops.actions[action]?.[0] ?? action;
  if (answer === undefined) return [h('p', { class: 'running' }, t.ops.running(name))];
  const title = answer.ok ? t.ops.done(name, t.duration(Math.max(1, elapsedMs / 1000))) : t.ops.failed(name);
  return [
    h('p', { class: 'outcome', 'data-tone': answer.ok ? 'good' : 'bad' }, title),
    ...linesOf(answer, now, t).map((line) => h('p', {}, line)),
    h(
      'details',
      {},
      h('summary', {}, t.ops.whole),
      h('pre', { tabindex: 0 }, JSON.stringify(answer, null, 2)),
    ),
  ];
}

function linesOf(answer, now, t) {
  const error = answer.ok ? [] : [answer.error?.message ?? String(answer.error)];
  const steps = (answer.steps ?? []).map((step) => stepLine(step, t));
  return [...error, ...steps, ...(answer.ok ? resultLines(answer, now, t) : [])];
}

/** A failed step's reason is the answer's error already. */
function stepLine({ step, outcome, why }, t) {
  const line = `${t.ops.steps[step] ?? step}: ${t.ops.outcomes[outcome] ?? outcome}`;
  return why && outcome !== 'failed' ? `${line} (${translated(why, t.ops.skipReasons)})` : line;
}

function resultLines(answer, now, t) {
  switch (answer.action) {
    case 'status': {
      const holder = answer.lock === null ? t.now.none : workerName(`pid ${answer.lock.pid}`, now);
      return [answer.up ? t.ops.up : t.ops.down, `${t.now.lock}: ${holder}`, ...answer.diagnosis];
    }
    case 'release-lock':
      return [t.ops.modes[answer.mode] ?? answer.mode];
    case 'drop-updates':
      return [t.ops.dropped(answer.droppedUpdates), purgedLine(answer, t)].filter(Boolean);
    case 'restart':
      return [t.ops.deployment(answer.deploymentId)];
    default:
      return [];
  }
}

/** In queue mode alone. */
function purgedLine({ purgedMessages }, t) {
  return purgedMessages === undefined ? null : t.ops.purged(purgedMessages);
}

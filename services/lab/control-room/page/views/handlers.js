/** Watch mode: what became of the version of the handlers' module that was saved last. */
import { h } from '../dom.js';

/** Empty while the saved version runs, and without a module of the user's own. */
export function handlersView({ handlers }, t) {
  // An older lab does not send it.
  if (!handlers || handlers.state === 'watching') return [];
  const { module, state, error } = handlers;
  if (state === 'deploying') return [h('span', {}, t.handlers.deploying(module))];
  if (error === null) return [];
  return [h('strong', {}, t.handlers.failed(module)), h('span', {}, ' ', h('code', {}, error))];
}

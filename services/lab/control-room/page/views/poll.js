/**
 * A poll in a conversation: a press on an option votes, a second one takes the vote back.
 *
 * Tested by: test/e2e/polls.long.test.ts
 */
import { h } from '../dom.js';

export function pollView({ id, poll }, person, t) {
  if (poll === undefined) return false;
  const { question, options, closed } = poll;
  return h(
    'div',
    { class: 'poll', role: 'group', 'aria-label': question },
    h('p', { class: 'text' }, question),
    options.map(({ text, count }, index) =>
      h(
        'button',
        {
          type: 'button',
          'aria-pressed': count > 0,
          disabled: closed,
          'data-do': 'vote',
          'data-message': id,
          'data-option': index,
          'data-as': person.id,
        },
        h('span', {}, text),
        h('small', {}, t.chat.votes(count)),
      ),
    ),
    closed && h('p', { class: 'poll-closed' }, t.chat.pollClosed),
  );
}

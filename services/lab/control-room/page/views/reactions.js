/**
 * The reactions to a message, and under the bot's messages a button for a person's own.
 *
 * Tested by: test/e2e/polls.long.test.ts
 */
import { h } from '../dom.js';

const offered = '👍';

export function reactionsView({ id, from, reactions = [] }, person, t) {
  const isOffered = from === 'bot' && !reactions.includes(offered);
  const shown = isOffered ? [...reactions, offered] : reactions;
  if (shown.length === 0) return false;
  return h(
    'span',
    { class: 'reactions' },
    shown.map((emoji) =>
      h(
        'button',
        {
          type: 'button',
          class: 'reaction',
          'aria-label': t.chat.react(emoji),
          'aria-pressed': reactions.includes(emoji),
          disabled: from !== 'bot',
          'data-do': 'react',
          'data-message': id,
          'data-emoji': emoji,
          'data-as': person.id,
        },
        emoji,
      ),
    ),
  );
}

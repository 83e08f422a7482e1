/**
 * What a person does on the page other than writing and pressing: votes, reacts, pays. Each press toggles.
 *
 * Tested by: test/lab/chats/conversations.test.ts
 */
import type { Act } from '../telegram-emulator/people-acts.ts';
import type { ShownPoll } from './shown-content.ts';

export type PageAct =
  | { readonly act: 'vote'; readonly option: number }
  | { readonly act: 'react'; readonly emoji: string }
  | { readonly act: 'pay' };

interface Shown {
  readonly poll?: ShownPoll;
  readonly reactions?: readonly string[];
}

/** Undefined if there is nothing to do. */
export function actOn(
  { poll, reactions = [] }: Shown,
  wanted: PageAct,
): Pick<Act, 'act' | 'emoji' | 'option_ids'> | undefined {
  switch (wanted.act) {
    case 'vote':
      return poll === undefined ? undefined : { act: 'vote', option_ids: votesAfter(poll, wanted.option) };
    case 'react':
      return { act: 'react', emoji: reactions.includes(wanted.emoji) ? '' : wanted.emoji };
    default:
      return { act: 'pay' };
  }
}

/** In a private chat every vote is the person's own. */
function votesAfter({ options, multiple }: ShownPoll, option: number): number[] {
  const chosen = options.flatMap(({ count }, index) => (count > 0 ? [index] : []));
  if (chosen.includes(option)) return chosen.filter((one) => one !== option);
  return multiple ? [...chosen, option].sort((a, b) => a - b) : [option];
}

/** Reads a request of the page; returns one line if it is invalid. */
export function readPageAct(body: Readonly<Record<string, unknown>>): PageAct | string {
  const { act, option, emoji } = body;
  if (act === 'pay') return { act };
  if (act === 'vote') {
    return typeof option === 'number' ? { act, option } : 'option: expected the number of an option';
  }
  if (act === 'react') return typeof emoji === 'string' ? { act, emoji } : 'emoji: expected a text';
  return 'act: expected vote, react or pay';
}

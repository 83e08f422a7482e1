/**
 * People and groups, as the Bot API shows them in an update.
 *
 * Tested by: test/testing/test-bot.test.ts
 */
import { findEntities } from '../lab/telegram-emulator/text/find-entities.ts';

export interface Person {
  readonly id: number;
  readonly name: string;
  /** As their Telegram app sends it. */
  readonly languageCode: string;
}

export interface Group {
  readonly id: number;
  readonly title: string;
}

/** Whom or what a chat is with. */
export type Place = Person | Group;

type Wire = Readonly<Record<string, unknown>>;

export function userJson({ id, name, languageCode }: Person): Wire {
  return { id, is_bot: false, first_name: name, username: usernameOf(name, id), language_code: languageCode };
}

export function chatJson(place: Place): Wire {
  if ('title' in place) return { id: place.id, type: 'supergroup', title: place.title };
  return {
    id: place.id,
    type: 'private',
    first_name: place.name,
    username: usernameOf(place.name, place.id),
  };
}

/** Telegram's user names are Latin. */
function usernameOf(name: string, id: number): string {
  return /^[a-z]\w{4,}$/i.test(name) ? name.toLowerCase() : `person_${id}`;
}

/** What Telegram finds in a text: a command is one only with its entity. */
export function entitiesOf(text: string): Wire {
  const entities = findEntities(text);
  return entities.length === 0 ? {} : { entities };
}

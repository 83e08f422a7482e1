/**
 * The entity that a link in Markdown or HTML makes: a mention of a user, a link, or none if the server takes it for no link.
 *
 * Tested by: test/lab/telegram-emulator/text/parse-html.test.ts
 */
import { type Entity, userMention } from './entity.ts';
import { checkLink, linkedUserId } from './links.ts';

type LinkEntity = Pick<Entity, 'type' | 'url' | 'user'>;

export function linkEntity(link: string): LinkEntity | undefined {
  const userId = linkedUserId(link);
  if (userId !== undefined) return userMention(userId);
  const { url } = checkLink(link);
  return url === undefined ? undefined : { type: 'text_link', url };
}

/**
 * The entities that are in a text without any marks: mentions, commands, hashtags, cashtags, links and addresses.
 *
 * Does not guarantee: bank card numbers; every rare top-level domain (see `top-level-domains.ts`); a phone number is one
 * only in its international form, which is a part of what Telegram knows.
 * Source: td's `find_entities`.
 */
import type { Entity, EntityType } from './entity.ts';
import { findLinks } from './find-links.ts';
import { withoutOverlaps } from './fix-entities.ts';

const word = '\\p{L}\\p{N}_';
const tagLetter = '\\p{L}\\p{Nd}_\\u200c\\u00b7\\u0d80-\\u0dff';
const shortMentions = ['gif', 'nft', 'pic', 'ufc', 'vid'];

const patterns: readonly (readonly [EntityType, RegExp])[] = [
  ['mention', new RegExp(`(?<![${word}])@[a-zA-Z0-9_]{2,32}(?![${word}])`, 'gu')],
  [
    'bot_command',
    new RegExp(
      `(?<![${word}/<>])/[a-zA-Z0-9_]{1,64}(?![a-zA-Z0-9_])(?:@[a-zA-Z0-9_]{3,32}|(?!@))(?![${word}/<>])`,
      'gu',
    ),
  ],
  [
    'hashtag',
    new RegExp(
      `(?<![${tagLetter}])#(?=[${tagLetter}]{0,255}\\p{L})[${tagLetter}]{1,256}(?:@[a-zA-Z0-9_]{3,32})?(?![${tagLetter}]*#)`,
      'gu',
    ),
  ],
  [
    'cashtag',
    new RegExp(
      `(?<![${tagLetter}$])\\$(?:1INCH|[A-Z]{1,8})(?:@[a-zA-Z0-9_]{3,32})?(?![${tagLetter}$])`,
      'gu',
    ),
  ],
  ['phone_number', new RegExp(`(?<![${word}+])\\+\\d{10,15}(?![${word}])`, 'gu')],
];

export function findEntities(text: string): Entity[] {
  // Most texts hold none of the characters that every such entity needs.
  if (!/[@/#$+.:]/.test(text)) return [];
  const found = patterns.flatMap(([type, pattern]) =>
    [...text.matchAll(pattern)]
      .filter(([match]) => type !== 'mention' || isMention(match.slice(1)))
      .map(({ 0: match, index }) => ({ type, offset: index, length: match.length })),
  );
  return withoutOverlaps([...found, ...findLinks(text)]);
}

function isMention(name: string): boolean {
  return name.length >= 4 || shortMentions.includes(name.toLowerCase());
}

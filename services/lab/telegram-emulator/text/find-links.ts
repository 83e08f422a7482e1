/**
 * Links and e-mail addresses in a text.
 *
 * Source: td's `match_urls`, `fix_url`, `match_tg_urls` and `is_email_address`.
 *
 * Tested by: test/lab/telegram-emulator/text/find-entities.test.ts
 */
import type { Entity } from './entity.ts';
import { isTopLevelDomain } from './top-level-domains.ts';

/** General punctuation except joiners and dashes, and every kind of space. */
const unlinked = '\\p{Z}\\u2000-\\u200b\\u200e\\u200f\\u2016-\\u206f\\n';
const domainCharacter = `[[\\-.~\\w\\u{c0}-\\u{10ffff}]--[${unlinked}]]`;
const userCharacter = `[^\\/\\[\\]\\{\\}\\(\\)'\`<>"@\\u00ab\\u00bb${unlinked}]`;
const path = `(?:[\\/?#][^<>"\\u00ab\\u00bb${unlinked}]*)?`;

const linkPattern = new RegExp(
  `(?<scheme>[\\p{L}\\p{N}+\\-]*:\\/\\/)?(?:(?<user>${userCharacter}+)@)?(?<domain>(?=${domainCharacter}*\\.)${domainCharacter}+)(?<port>:\\d+)?(?<path>${path})`,
  'gv',
);
const ownPattern = new RegExp(`(?:tg|ton|tonsite):\\/\\/[\\w\\-]{1,253}${path}`, 'giv');

const emailPattern =
  /^(?:[\w-]{0,26}[.+]){0,10}[\w-]{1,35}@(?:(?:[a-z0-9][\w-]{0,28})?[a-z0-9]\.){1,6}[a-z]{2,8}$/i;

export function findLinks(text: string): Entity[] {
  return [...ownLinks(text), ...webLinks(text)];
}

function* ownLinks(text: string): Iterable<Entity> {
  for (const { 0: link, index } of text.matchAll(ownPattern)) {
    const [, head = '', tail = ''] = /^([^/]*:\/\/[\w-]*)(.*)$/s.exec(link) ?? [];
    yield { type: 'url', offset: index, length: head.length + withoutPunctuation(tail).length };
  }
}

function* webLinks(text: string): Iterable<Entity> {
  if (!text.includes('.')) return;
  for (const match of text.matchAll(linkPattern)) yield* linkOf(text, match);
}

function linkOf(text: string, { 0: whole, index, groups }: RegExpExecArray): Entity[] {
  const { scheme = '', user, domain = '', port = '', path: tail = '' } = groups ?? {};
  const isWithin = scheme === '' && /[\p{L}\p{N}_/#@]/u.test(before(text, index));
  if (isWithin || (user !== undefined && /[?#]/.test(user))) return [];
  const address = whole.replace(/^mailto:/, '').replace(/\.+$/, '');
  if (scheme === '' && user !== undefined && emailPattern.test(address)) {
    return [{ type: 'email', offset: index + whole.indexOf(address), length: address.length }];
  }
  const protocol = /(?:https?|ftp|tonsite):\/\/$/i.exec(scheme)?.[0] ?? '';
  if (scheme !== '' && !isAllowed(scheme.toLowerCase())) return [];
  const host = domain.replace(/\.+$/, '');
  if (!isHost(host, protocol !== '')) return [];
  const isWhole = host.length === domain.length;
  const portText = isWhole && isPort(port) ? port : '';
  const tailLength = isWhole && portText === port ? endOfPath(tail) : 0;
  const userLength = user === undefined ? 0 : user.length + 1;
  const offset = index + scheme.length - protocol.length;
  return [
    {
      type: 'url',
      offset,
      length: protocol.length + userLength + host.length + portText.length + tailLength,
    },
  ];
}

function isAllowed(scheme: string): boolean {
  return /(?:(?<!^s)http|https|(?<!^[ts])ftp|tonsite):\/\/$/.test(scheme);
}

function before(text: string, index: number): string {
  return [...text.slice(Math.max(0, index - 2), index)].at(-1) ?? '';
}

function isPort(port: string): boolean {
  const number = Number(port.slice(1));
  return port !== '' && number >= 1 && number <= 65_535;
}

/** How much of a path belongs to the link: without punctuation at its end and brackets that it does not open. */
function endOfPath(path: string): number {
  const balance = { '(': 0, '[': 0, '{': 0 };
  const openings = { ')': '(', ']': '[', '}': '{' } as const;
  let end = 0;
  for (; end < path.length; end += 1) {
    const one = path.charAt(end);
    if (one in balance) balance[one as keyof typeof balance] += 1;
    const opening = openings[one as keyof typeof openings];
    if (opening !== undefined) balance[opening] -= 1;
    if (opening !== undefined && balance[opening] < 0) break;
  }
  return withoutPunctuation(path.slice(0, end)).length;
}

function withoutPunctuation(path: string): string {
  const kept = path.replace(/[.:;,('?!`]+$/, '');
  return kept === '#' ? '' : kept;
}

function isHost(host: string, hasProtocol: boolean): boolean {
  const parts = host.split('.');
  if (parts.length < 2 || parts.some((part) => part === '' || part.length >= 64 || part.endsWith('-'))) {
    return false;
  }
  if (parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) {
    return true;
  }
  if (/^[\d.]*$/.test(host) || host.toLowerCase() === 'teiegram.org') return false;
  const top = parts.at(-1) ?? '';
  if (parts.at(-2)?.includes('_') === true) return false;
  if (top.startsWith('xn--')) return /^xn--[a-z0-9]{2,}$/i.test(top);
  if ([...top].length < 2 || /[_-]/.test(top)) return false;
  return hasProtocol || isTopLevelDomain(top);
}

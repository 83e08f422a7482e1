/**
 * Links as the server takes them: completed and lower-cased in the host, or refused with its reason.
 *
 * Source: td's `LinkManager.cpp` and `HttpUrl.cpp`.
 *
 * Tested by: test/lab/telegram-emulator/reply-markup.test.ts
 */
import { isIPv6 } from 'node:net';

/** The link in its full form, or why it is none. */
export type CheckedLink =
  | { readonly url: string; readonly error?: undefined }
  | { readonly url?: undefined; readonly error: string };

interface HttpUrl {
  readonly protocol: 'http' | 'https';
  readonly userinfo: string;
  readonly host: string;
  readonly isIpv6: boolean;
  readonly port: number;
  /** Path, query and fragment; begins with a slash. */
  readonly rest: string;
}

const ownSchemes = ['tg', 'tonsite', 'ton'] as const;

/** `httpsOnly` is for Web Apps and login buttons. */
export function checkLink(link: string, { httpsOnly = false } = {}): CheckedLink {
  const scheme = ownSchemes.find((name) => link.toLowerCase().startsWith(`${name}:`));
  const bare = scheme === undefined ? link : link.slice(scheme.length + 1).replace(/^\/\//, '');
  const url = parseUrl(bare);
  if (typeof url === 'string') return { error: url };
  if (httpsOnly && (url.protocol !== 'https' || scheme !== undefined)) {
    return { error: 'Only HTTPS links are allowed' };
  }
  if (scheme !== undefined) return checkOwnLink(scheme, bare, url);
  if (!url.host.includes('.') && !url.isIpv6) return { error: 'Wrong HTTP URL' };
  const userinfo = url.userinfo === '' ? '' : `${url.userinfo}@`;
  const port = url.port > 0 ? `:${url.port}` : '';
  return { url: `${url.protocol}://${userinfo}${url.host}${port}${url.rest}` };
}

/** The user of `tg://user?id=…`. */
export function linkedUserId(link: string): number | undefined {
  const query = /^tg:(?:\/\/)?user\/?\?([^#]*)/.exec(link.toLowerCase())?.[1];
  const id = parameterOf(query, 'id');
  return id !== undefined && /^\d+$/.test(id) && Number(id) > 0 ? Number(id) : undefined;
}

/** The emoji of `tg://emoji?id=…`. */
export function linkedEmojiId(link: string): string | undefined {
  const id = parameterOf(/^tg:(?:\/\/)?emoji\/?\?([^#]*)/i.exec(link)?.[1], 'id');
  return id !== undefined && isEmojiId(id) ? id : undefined;
}

/** The moment of `tg://time?unix=…&format=…`. */
export function linkedTime(link: string): { unix: number; format: string } | undefined {
  const query = /^tg:(?:\/\/)?time\/?\?([^#]*)/i.exec(link)?.[1];
  const unix = parameterOf(query, 'unix') ?? '';
  const format = parameterOf(query, 'format') ?? '';
  if (!/^\d{1,10}$/.test(unix) || Number(unix) <= 0 || !isTimeFormat(format)) return undefined;
  return { unix: Number(unix), format };
}

export function isEmojiId(id: string): boolean {
  return /^-?[1-9]\d{0,18}$/.test(id);
}

export function isTimeFormat(format: string): boolean {
  return /^(?:[rR]|[tTdDwW]*)$/.test(format);
}

function parameterOf(query: string | undefined, name: string): string | undefined {
  const parameter = query?.split('&').find((pair) => pair.startsWith(`${name}=`));
  return parameter?.slice(name.length + 1);
}

function checkOwnLink(scheme: (typeof ownSchemes)[number], link: string, url: HttpUrl): CheckedLink {
  const isForeign =
    link.toLowerCase().startsWith('http://') ||
    url.protocol === 'https' ||
    url.userinfo !== '' ||
    url.port !== 0 ||
    url.isIpv6;
  if (isForeign) return { error: scheme === 'tg' ? 'Wrong tg URL' : 'Wrong ton URL' };
  const allowed = scheme === 'tonsite' ? /^[a-z0-9._-]*$/ : /^[a-z0-9_-]*$/;
  if (!allowed.test(url.host)) return { error: 'Unallowed characters in URL host' };
  return { url: `${scheme}://${url.host}${url.rest.replace(/^\/\?/, '?')}` };
}

/** The parts of `[https?://][userinfo@]host[:port][/…]`, or why it is no URL. */
function parseUrl(text: string): HttpUrl | string {
  const scheme = /^([^:/?#@[\]]*):\/\//.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') return 'Unsupported URL protocol';
  const afterScheme = scheme === undefined ? text : text.slice(scheme.length + 3);
  const authority = /^[^/?#]*/.exec(afterScheme)?.[0] ?? '';
  const portText = /.:([^:@\]]*)$/.exec(authority)?.[1];
  const port = portText === undefined ? 0 : readPort(portText);
  if (port === undefined) return 'Wrong port number specified in the URL';
  const beforePort = portText === undefined ? authority : authority.slice(0, -portText.length - 1);
  const at = beforePort.lastIndexOf('@');
  const userinfo = beforePort.slice(0, Math.max(0, at));
  const host = beforePort.slice(at + 1).toLowerCase();
  const isIpv6 = host.startsWith('[') && host.endsWith(']');
  if (isIpv6 && !isIPv6(host.slice(1, -1))) return 'Wrong IPv6 address specified in the URL';
  if (host === '') return 'URL host is empty';
  if (host === '.') return 'Host is invalid';
  const wrong = isIpv6 ? undefined : (wrongPart(host, 'host') ?? wrongPart(userinfo, 'userinfo'));
  if (wrong !== undefined) return wrong;
  return { protocol: scheme ?? 'http', userinfo, host, isIpv6, port, rest: restOf(afterScheme, authority) };
}

function readPort(text: string): number | undefined {
  const port = /^\d+$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}

function restOf(afterScheme: string, authority: string): string {
  const rest = afterScheme.slice(authority.length).replace(/[ \t\r\n\v\0]+$/, '');
  const rooted = rest.startsWith('/') ? rest : `/${rest}`;
  return [...rooted].map((one) => (one <= ' ' ? encodeURIComponent(one) : one)).join('');
}

function wrongPart(part: string, name: 'host' | 'userinfo'): string | undefined {
  if (/%(?![0-9a-f]{2})/i.test(part)) return `Wrong percent-encoded symbol in URL ${name}`;
  const disallowed =
    name === 'host' ? /[^\w.!$,~*'();&+=%\u0080-\uffff-]/ : /[^\w.!$,~*'();&+=%:\u0080-\uffff-]/;
  return disallowed.test(part) ? `Disallowed character in URL ${name}` : undefined;
}

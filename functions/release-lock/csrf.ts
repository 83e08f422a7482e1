/**
 * The CSRF nonce of a link's form: proves that this page showed the form to this browser.
 *
 * Previews fetch links, and any page can contain one, so opening a link changes nothing. The nonce signs the link, a
 * cookie that no other site's request carries, and what the page showed. It is stateless: nothing is stored.
 */

import {
  type LinkSigner,
  linkText,
  linkTtlMs,
  type OpsLink,
} from '../../services/core/ops/links/signed-link.ts';
import type { Random } from '../../services/core/platform/random.ts';
import type { PageRequest } from './http-request.ts';

export interface IssuedForm {
  readonly nonce: string;
  /** A value for the answer's `cookies`. */
  readonly setCookie: string;
}

const browserShape = /^[0-9a-f]{32}$/;
const formType = /^application\/x-www-form-urlencoded(\s*;\s*charset=utf-8)?$/i;

/** `shown` is what the person confirms; its first word is what must be typed, if anything. */
export function issueForm(
  { signer, random }: { signer: LinkSigner; random: Random },
  request: PageRequest,
  link: OpsLink,
  shown: string,
): IssuedForm {
  // The cookie is kept across pages, so that a second link in another tab does not invalidate the first.
  const browser = browserOf(request) ?? random.token();
  const isSecure = request.ownOrigin.startsWith('https:');
  const attributes = `Path=/; Max-Age=${linkTtlMs / 1000}; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
  return {
    nonce: signer.sign('form', formText(link, browser, shown)),
    setCookie: `${cookieName(request)}=${browser}; ${attributes}`,
  };
}

/**
 * What the form showed, if this browser sent a form that was issued to it for this link, unchanged and correctly
 * confirmed; else undefined.
 */
export function readForm(signer: LinkSigner, request: PageRequest, link: OpsLink): string | undefined {
  if (!isFromOwnPage(request) || !formType.test(request.header('content-type') ?? '')) return undefined;
  const fields = [...new URLSearchParams(request.body)];
  const expected = link.action === 'drop-updates' ? ['nonce', 'shown', 'typed'] : ['nonce', 'shown'];
  const names = fields.map(([name]) => name).sort();
  if (names.join() !== expected.join()) return undefined;
  const { nonce = '', shown = '', typed = '' } = Object.fromEntries(fields);
  const browser = browserOf(request) ?? '';
  const isSigned = signer.isSigned('form', formText(link, browser, shown), nonce);
  const isTyped = link.action !== 'drop-updates' || typed.trim() === shown.split(' ')[0];
  return isSigned && browser !== '' && isTyped ? shown : undefined;
}

/** Browsers send `Origin: null` from a page with `no-referrer`; hostile sandboxed frames send it too. */
function isFromOwnPage(request: PageRequest): boolean {
  const origin = request.header('origin');
  const site = request.header('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin') return false;
  if (origin === 'null') return site === 'same-origin';
  return origin === undefined || origin === request.ownOrigin;
}

function formText(link: OpsLink, browser: string, shown: string): string {
  return [linkText(link), browser, shown].join('|');
}

function browserOf(request: PageRequest): string | undefined {
  const value = request.cookie(cookieName(request));
  return value !== undefined && browserShape.test(value) ? value : undefined;
}

/** With this prefix, browsers accept the cookie from this host only; it requires https. */
function cookieName({ ownOrigin }: PageRequest): string {
  return ownOrigin.startsWith('https:') ? '__Host-staffprobot' : 'staffprobot';
}

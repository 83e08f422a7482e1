/**
 * Holds that a form was shown to the very browser that sends it, by the very page that it claims.
 *
 * A link is fetched by previews and can be put into any page; so opening it changes nothing, and the form's nonce is
 * signed over the link, over a cookie that no other site's request carries, and over what the page showed. Nothing
 * of it is stored.
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
  /** For the answer's `cookies`. */
  readonly setCookie: string;
}

const browserShape = /^[0-9a-f]{32}$/;
const formType = /^application\/x-www-form-urlencoded(\s*;\s*charset=utf-8)?$/i;

/** `shown`: what the person confirms, such as the number of updates; '' when there is nothing to confirm. */
export function issueForm(
  { signer, random }: { signer: LinkSigner; random: Random },
  request: PageRequest,
  link: OpsLink,
  shown: string,
): IssuedForm {
  // Kept from page to page, so that a second link in another tab does not spoil the first.
  const browser = browserOf(request) ?? random.token();
  const isSecure = request.ownOrigin.startsWith('https:');
  const attributes = `Path=/; Max-Age=${linkTtlMs / 1000}; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
  return {
    nonce: signer.sign('form', formText(link, browser, shown)),
    setCookie: `${cookieName(request)}=${browser}; ${attributes}`,
  };
}

/** Whether a form of ours was sent, unchanged, by the browser that it was shown to, and rightly confirmed. */
export function isIssuedForm(signer: LinkSigner, request: PageRequest, link: OpsLink): boolean {
  if (!isFromOwnPage(request) || !formType.test(request.header('content-type') ?? '')) return false;
  const fields = [...new URLSearchParams(request.body)];
  const expected = link.action === 'drop-updates' ? ['nonce', 'shown', 'typed'] : ['nonce'];
  const names = fields.map(([name]) => name).sort();
  if (names.join() !== expected.join()) return false;
  const { nonce = '', shown = '', typed = '' } = Object.fromEntries(fields);
  const browser = browserOf(request) ?? '';
  const isSigned = signer.isSigned('form', formText(link, browser, shown), nonce);
  return isSigned && browser !== '' && typed.trim() === shown;
}

/** `Origin: null` is what browsers send from a page with `no-referrer`, and what hostile sandboxes send too. */
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

/** The prefix lets a browser take the cookie from this host alone; it needs https. */
function cookieName({ ownOrigin }: PageRequest): string {
  return ownOrigin.startsWith('https:') ? '__Host-staffprobot' : 'staffprobot';
}

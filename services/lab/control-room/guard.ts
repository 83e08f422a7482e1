/**
 * Keeps other web pages out: the control room can kill processes, and any page in the same browser can send requests to
 * loopback.
 *
 * Guarantees: a request is served only under a loopback name (which stops DNS rebinding), an API call only for this page
 * or for a program other than a browser, and a change only as JSON (which no form can send).
 */
import type { IncomingMessage } from 'node:http';
import { isLoopbackName } from '../../adapters/http/loopback-name.ts';

export interface Refusal {
  readonly status: 403 | 415 | 421;
  readonly message: string;
}

const sameSite = ['same-origin', 'none'];

export function refusalOf({ method, headers, url }: IncomingMessage): Refusal | undefined {
  const host = headers.host ?? '';
  if (!isLoopbackName(host)) {
    return { status: 421, message: 'the control room is served on 127.0.0.1 and localhost only' };
  }
  if (!url?.startsWith('/api/')) return undefined;
  const site = headers['sec-fetch-site'];
  const isForeign =
    (typeof site === 'string' && !sameSite.includes(site)) ||
    (headers.origin !== undefined && headers.origin !== `http://${host}`);
  if (isForeign) return { status: 403, message: 'only the control room itself may call the API' };
  if (method === 'POST' && !/^application\/json\b/.test(headers['content-type'] ?? '')) {
    return { status: 415, message: 'expected content-type application/json' };
  }
  return undefined;
}

/** Only the page's own scripts, styles and connections; no framing; no form submits anywhere. */
export const pageHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self'",
    "media-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

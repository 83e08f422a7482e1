/**
 * What all pages share: the document, the headers, and the one refusal.
 *
 * Guarantees: no script, no request to another place, no framing, no caching, no referrer. Every refusal has the same
 * bytes, so it does not tell what was wrong.
 *
 * Tested by: test/functions/release-lock/links.test.ts
 */
import { createHash } from 'node:crypto';
import type { Locale } from '../../../services/core/platform/locale.ts';
import { Html, html } from './html.ts';
import { style } from './style.ts';

/** What comes before a page, as payload format 2.0 of a function URL names it. */
export interface HttpHead {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
}

/** A function URL's answer, payload format 2.0. */
export interface HttpAnswer extends HttpHead {
  readonly body: string;
}

/** Sends the head of a page that follows in pieces, and answers how to send a piece. */
export type OpenPage = (head: HttpHead) => (piece: string) => void;

export interface Page {
  readonly locale: Locale;
  readonly title: string;
  readonly main: Html;
  /** The page reloads itself after this time. */
  readonly refreshSeconds?: number | undefined;
  readonly setCookie?: string | undefined;
  readonly statusCode?: number;
}

const styleHash = createHash('sha256').update(style).digest('base64');

const headers: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': [
    "default-src 'none'",
    `style-src 'sha256-${styleHash}'`,
    'img-src data:',
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-robots-tag': 'noindex, nofollow',
};

export function page({ locale, title, main, refreshSeconds, setCookie, statusCode = 200 }: Page): HttpAnswer {
  return {
    statusCode,
    headers,
    ...(setCookie === undefined ? {} : { cookies: [setCookie] }),
    body: documentOf({ locale, title, main, refreshSeconds }),
  };
}

/** The head and the beginning of a page that follows in pieces, up to `pageEnd`. */
export function pageStart({ locale, title, main }: Pick<Page, 'locale' | 'title' | 'main'>): HttpAnswer {
  return { statusCode: 200, headers, body: documentStart({ locale, title, main }) };
}

export const pageEnd = '</body>\n</html>\n';

export function refreshAfter(seconds: number | undefined): Html | undefined {
  return seconds === undefined ? undefined : html`<meta http-equiv="refresh" content="${seconds}">`;
}

function documentOf(parts: Page): string {
  return documentStart(parts) + pageEnd;
}

function documentStart({ locale, title, main, refreshSeconds }: Page): string {
  // The empty icon keeps browsers from requesting one, which would be refused each time.
  return html`<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="robots" content="noindex">
${refreshAfter(refreshSeconds)}
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${new Html(style)}</style>
</head>
<body>${main}`.text;
}

/** In both languages, because a choice would make refusals differ. */
export const refusal: HttpAnswer = {
  statusCode: 403,
  headers,
  body: documentOf({
    locale: 'ru',
    title: 'StaffProBot',
    main: html`<h1>Ссылка не действует</h1>
<p>Ничего не изменено. Ссылка действует 15 минут, действие по ней выполняется один раз. Вернитесь и повторите, нажмите кнопку
под последним сообщением бота или выполните в репозитории:</p>
<p><code>npx staffprobot doctor</code></p>
<div lang="en"><h1>This link does not work</h1>
<p>Nothing was changed. A link is valid for 15 minutes, and its action is carried out once. Go back and try again, use a button under the
bot’s latest message, or run the command above in the repository.</p></div>`,
  }),
};

/**
 * A superadmin's phone: finds the repair button of an alert, opens its link as a browser would, and confirms the form on
 * the page.
 *
 * Tested by: test/lab/tour/tour.long.test.ts
 */
import type { Conversation } from '../chats/conversations.ts';

const timeoutMs = 60_000;

/** The link of the repair button below this outage's alert; undefined before there is one. */
export function repairLink({ messages }: Conversation, outageId: string): string | undefined {
  const urls = messages.flatMap(({ buttons }) => buttons.flat().flatMap(({ url }) => url ?? []));
  return urls.find((url) => new URL(url).pathname.startsWith('/recover.') && url.includes(outageId));
}

/**
 * Opens the page and presses its button. Returns false if the page shows no form or the form is refused; rejects if
 * there is no answer or `end` aborts.
 */
export async function tap(link: string, end: AbortSignal): Promise<boolean> {
  const signal = AbortSignal.any([end, AbortSignal.timeout(timeoutMs)]);
  const page = await fetch(link, {
    headers: { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' },
    signal,
  });
  const html = await page.text();
  const hidden = [...html.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)">/g)];
  const cookie = page.headers.getSetCookie()[0]?.split(';')[0];
  if (!page.ok || hidden.length === 0 || cookie === undefined) return false;
  const fields = Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, value]));
  const answer = await fetch(link, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'sec-fetch-site': 'same-origin',
      origin: 'null',
      cookie,
    },
    body: new URLSearchParams(fields).toString(),
    signal,
  });
  await answer.text();
  return answer.ok;
}

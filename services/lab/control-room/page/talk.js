/** The page's talk with the lab: one stream of events in, one call for each press out. */
import { inWords } from './texts/texts.js';

const reconnectMs = 1500;
const sections = [
  'lab',
  'now',
  'inbox',
  'sns',
  'audit',
  'chats',
  'load',
  'drills',
  'tour',
  'samples',
  'sample',
  'log',
];

/**
 * Keeps the stream open for as long as the page is.
 * @param {{onSection: (name: string, value: unknown) => void, onOpen: () => void, onGone: () => void}} hearer
 */
export function listen(hearer) {
  const stream = new EventSource('/api/events');
  for (const name of sections) {
    stream.addEventListener(name, ({ data }) => hearer.onSection(name, JSON.parse(data)));
  }
  stream.addEventListener('open', () => hearer.onOpen());
  stream.addEventListener('error', () => {
    hearer.onGone();
    // A refused connection is tried again by the browser; a refused answer is not.
    if (stream.readyState === EventSource.CLOSED) setTimeout(() => listen(hearer), reconnectMs);
  });
}

/**
 * @returns {Promise<{ok: boolean, error?: unknown}>} the lab's answer; `{ok: false}` when there is none
 */
export async function post(path, body) {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return await response.json();
  } catch {
    return { ok: false };
  }
}

/** Why it did not work, in one line; the lab's own words where it has any. */
export function whyNot({ error, says }, t) {
  if (says !== undefined) return inWords(says, t);
  if (error === undefined || error === null) return t.summary.gone;
  return typeof error === 'string' ? error : (error.message ?? String(error));
}

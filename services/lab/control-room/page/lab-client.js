/**
 * The page's connection to the lab: one stream of events in, one API call for each action out.
 *
 * Tested by: test/e2e/control-room.long.test.ts
 */
import { localized } from './texts/index.js';

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
  'handlers',
  'queue',
  'samples',
  'sample',
  'log',
];

/**
 * Keeps the stream open as long as the page is.
 * @param {{onSection: (name: string, value: unknown) => void, onOpen: () => void, onGone: () => void}} listener
 */
export function listen(listener) {
  const stream = new EventSource('/api/events');
  for (const name of sections) {
    stream.addEventListener(name, ({ data }) => listener.onSection(name, JSON.parse(data)));
  }
  stream.addEventListener('open', () => listener.onOpen());
  stream.addEventListener('error', () => {
    listener.onGone();
    // The browser retries a refused connection by itself, but not a refused answer.
    if (stream.readyState === EventSource.CLOSED) setTimeout(() => listen(listener), reconnectMs);
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

/** Why an action failed, in one line; in the page's language where the lab sends it. */
export function failureText({ error, says }, t) {
  if (says !== undefined) return localized(says, t);
  if (error === undefined || error === null) return t.summary.gone;
  return typeof error === 'string' ? error : (error.message ?? String(error));
}

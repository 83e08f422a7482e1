import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { refusalOf } from '../../../services/lab/control-room/guard.ts';

function statusOf(request: { method?: string; url?: string; headers?: Record<string, string> }): number {
  const { method = 'GET', url = '/api/state', headers = {} } = request;
  const asked = { method, url, headers: { host: '127.0.0.1:8080', ...headers } };
  return refusalOf(asked as unknown as IncomingMessage)?.status ?? 200;
}

const json = { 'content-type': 'application/json' };

describe('the guard of the control room', () => {
  it.each(['127.0.0.1:8080', 'localhost:8080', '[::1]:8080', 'localhost'])('serves %s', (host) => {
    expect(statusOf({ headers: { host } })).toBe(200);
  });

  it.each(['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example:8080', ''])(
    'refuses the host name %j, for the page as well',
    (host) => {
      expect(statusOf({ headers: { host } })).toBe(421);
      expect(statusOf({ url: '/', headers: { host } })).toBe(421);
    },
  );

  it('accepts calls from its own page and from programs other than browsers', () => {
    const own = { origin: 'http://127.0.0.1:8080', 'sec-fetch-site': 'same-origin' };
    expect(statusOf({ method: 'POST', headers: { ...own, ...json } })).toBe(200);
    expect(statusOf({ method: 'POST', headers: json })).toBe(200);
    expect(statusOf({ headers: { 'sec-fetch-site': 'none' } })).toBe(200);
  });

  it.each<Record<string, string>>([
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'http://evil.example' },
    { origin: 'http://127.0.0.1:9090' },
    { origin: 'null' },
  ])('refuses a call from another page: %j', (headers) => {
    expect(statusOf({ headers })).toBe(403);
    expect(statusOf({ method: 'POST', headers: { ...json, ...headers } })).toBe(403);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'])(
    'refuses a content type that a form can send: %s',
    (contentType) => {
      expect(statusOf({ method: 'POST', headers: { 'content-type': contentType } })).toBe(415);
    },
  );

  it('accepts a link from another site to the page', () => {
    expect(statusOf({ url: '/', headers: { 'sec-fetch-site': 'cross-site' } })).toBe(200);
  });
});

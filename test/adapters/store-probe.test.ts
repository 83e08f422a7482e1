import { describe, expect, it } from 'vitest';
import { probeStore } from '../../services/adapters/store-probe.ts';
import { httpFixture } from '../support/http-fixture.ts';

const token = 'the-store-token';
const server = httpFixture();
const probe = () => probeStore({ url: server.url, token });

describe('the probe of the store’s address', () => {
  it.each(['{"result":"PONG"}', '{"error":"WRONGPASS invalid token"}'])(
    'says nothing of a Redis REST API: %s',
    async (body) => {
      server.answer = (_request, response) => response.end(body);
      expect(await probe()).toBeUndefined();
      expect(server.requests).toMatchObject([
        { method: 'POST', body: '["PING"]', headers: { authorization: `Bearer ${token}` } },
      ]);
    },
  );

  it.each([
    [200, 'text/html; charset=utf-8', '<h1>private</h1>', 'HTTP 200, text/html: no Redis REST API'],
    [404, 'application/json', '{"message":"private"}', 'HTTP 404, application/json: no Redis REST API'],
    [200, undefined, '"private"', 'HTTP 200, no content type: no Redis REST API'],
    [302, 'private; x', '', 'HTTP 302, no content type: no Redis REST API'],
  ])('names status and content type alone: %i %s', async (status, type, body, expected) => {
    server.answer = (_request, response) =>
      response
        .writeHead(status, type === undefined ? {} : { 'content-type': type, location: '/x' })
        .end(body);
    expect(await probe()).toBe(`its address answers ${expected}`);
  });

  it('says nothing when the connection fails', async () => {
    server.answer = (_request, response) => response.destroy();
    expect(await probe()).toBeUndefined();
  });
});

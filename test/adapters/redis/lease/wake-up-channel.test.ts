import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { wakeUpChannel } from '../../../../services/adapters/redis/lease/wake-up-channel.ts';
import type { Clock } from '../../../../services/core/platform/clock.ts';
import { httpFixture } from '../../../support/http-fixture.ts';

const server = httpFixture();
const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
let stop: AbortController;
let hints: number;
let onHint: () => void;
/** The back-off's sleeps, each of which ends at once. */
let retriesMs: number[];
let waitsForFirstOpening: boolean;

/** The first sleep, which waits for the first opening, lasts until its signal aborts; all others end at once. */
const clock: Clock = {
  monotonicMs: () => 0,
  wallMs: () => 0,
  async sleep(delayMs, signal) {
    if (waitsForFirstOpening) {
      waitsForFirstOpening = false;
      await new Promise((resolve) => {
        if (signal?.aborted) resolve(undefined);
        signal?.addEventListener('abort', resolve, { once: true });
      });
    } else retriesMs.push(delayMs);
  },
};

beforeEach(() => {
  stop = new AbortController();
  hints = 0;
  onHint = () => {};
  retriesMs = [];
  waitsForFirstOpening = true;
});
afterEach(() => stop.abort());

const listen = () =>
  wakeUpChannel({ url: server.url, token: 'the-token', channel: 'p:wake', clock, logger }).listen(() => {
    hints += 1;
    onHint();
  }, stop.signal);

/** Resolves with the hint of this number. */
function hint(number: number): Promise<void> {
  return new Promise((resolve) => {
    onHint = () => {
      if (hints >= number) resolve();
    };
    onHint();
  });
}

function open(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write('data: subscribe,p:wake,1\n\n');
}

describe('the wake-up channel', () => {
  it('subscribes with the token, and gives a hint when it is open', async () => {
    server.answer = (_request, response) => open(response);
    await listen();
    expect(hints).toBe(1);
    expect(server.requests).toMatchObject([
      {
        url: '/subscribe/p%3Awake',
        headers: { authorization: 'Bearer the-token', accept: 'text/event-stream' },
      },
    ]);
  });

  it('gives a hint for each message, even if it arrives in pieces', async () => {
    const opened = Promise.withResolvers<ServerResponse>();
    server.answer = (_request, response) => {
      open(response);
      opened.resolve(response);
    };
    await listen();
    const response = await opened.promise;
    response.write('data: mess');
    response.write('age,p:wake,released\n\n');
    await hint(2);
    response.write(': a comment\n\ndata: message,p:wake,revoked\n\n');
    await hint(3);
    expect(hints).toBe(3);
  });

  it('opens a stream again after it ended, with a hint, because messages may be lost', async () => {
    server.answer = (_request, response) => {
      open(response);
      if (server.requests.length === 1) response.end();
    };
    await listen();
    await hint(2);
    expect(server.requests).toHaveLength(2);
    expect(retriesMs).toEqual([500]);
  });

  it('doubles its back-off up to 30 seconds while it is refused, and resets it once it is open', async () => {
    server.answer = (_request, response) => {
      const number = server.requests.length;
      if (number <= 8) response.writeHead(503).end();
      else open(response);
      if (number === 9) response.end();
    };
    await listen();
    await hint(2);
    expect(retriesMs).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 500]);
  });

  it('stops on its signal', async () => {
    const closed = Promise.withResolvers<void>();
    server.answer = (_request, response) => {
      response.on('close', () => closed.resolve());
      open(response);
    };
    await listen();
    stop.abort();
    await closed.promise;
    expect(server.requests).toHaveLength(1);
    expect(retriesMs).toEqual([]);
  });

  it('does not hold up a start when the store says nothing', async () => {
    const reached = Promise.withResolvers<void>();
    server.answer = () => reached.resolve();
    const impatient: Clock = { ...clock, sleep: async () => {} };
    const channel = wakeUpChannel({
      url: server.url,
      token: 'the-token',
      channel: 'p:wake',
      clock: impatient,
      logger,
    });
    await channel.listen(() => {}, stop.signal);
    await reached.promise;
    expect(hints).toBe(0);
  });
});

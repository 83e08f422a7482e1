/**
 * Another program that polls with the bot's token and ignores the lock. It confirms every update it receives, as a copy
 * of the bot on a laptop would.
 *
 * Tested by: test/lab/tour/tour.long.test.ts
 */
import { Agent, request } from 'node:http';
import type { Clock } from '../../core/platform/clock.ts';

export interface RoguePollerDeps {
  readonly apiRoot: string;
  readonly token: string;
  readonly clock: Clock;
  /** Called with the name of its connection before anything is sent over it. */
  readonly onClient: (name: string) => void;
  /** Called with every update that it takes. */
  readonly onTaken: (update: TakenUpdate) => void;
}

export interface TakenUpdate {
  readonly update_id: number;
  readonly message?: { readonly chat: { readonly id: number }; readonly text?: string };
}

const pollSeconds = 5;
const afterRefusalMs = 500;

/** Polls until `stop`; resolves when the connection is closed. */
export async function startRoguePoller(parts: RoguePollerDeps, stop: AbortSignal): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let offset: number | undefined;
  try {
    while (!stop.aborted) {
      const updates = await pollOnce(parts, agent, { offset, stop });
      if (updates === undefined) await parts.clock.sleep(afterRefusalMs, stop);
      for (const update of updates ?? []) {
        parts.onTaken(update);
        offset = update.update_id + 1;
      }
    }
  } finally {
    agent.destroy();
  }
}

/** Undefined if refused or unanswered. */
function pollOnce(
  { apiRoot, token, onClient }: RoguePollerDeps,
  agent: Agent,
  { offset, stop }: { offset: number | undefined; stop: AbortSignal },
): Promise<readonly TakenUpdate[] | undefined> {
  const query = `timeout=${pollSeconds}${offset === undefined ? '' : `&offset=${offset}`}`;
  return new Promise((resolve) => {
    const call = request(
      `${apiRoot}/bot${token}/getUpdates?${query}`,
      { agent, signal: stop },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          body += chunk;
        });
        response.on('end', () => resolve(readUpdates(body)));
        response.on('error', () => resolve(undefined));
      },
    );
    call.on('socket', (socket) => {
      const report = (): void => onClient(`${socket.localAddress}:${socket.localPort}`);
      if (socket.connecting) socket.once('connect', report);
      else report();
    });
    call.on('error', () => resolve(undefined));
    call.end();
  });
}

function readUpdates(body: string): readonly TakenUpdate[] | undefined {
  const answer = JSON.parse(body) as { ok: boolean; result?: readonly TakenUpdate[] };
  return answer.ok ? answer.result : undefined;
}

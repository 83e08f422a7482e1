/**
 * Another program that polls with the bot's token, past the lock: it takes what it gets and confirms it, as a second
 * copy of a bot on somebody's laptop would.
 */
import { Agent, request } from 'node:http';
import type { Clock } from '../../core/platform/clock.ts';

export interface RoguePollerDeps {
  readonly apiRoot: string;
  readonly token: string;
  readonly clock: Clock;
  /** Hears of its connection before anything is sent over it. */
  readonly onClient: (name: string) => void;
  /** Gets every update that it takes. */
  readonly onTaken: (update: TakenUpdate) => void;
}

export interface TakenUpdate {
  readonly update_id: number;
  readonly message?: { readonly chat: { readonly id: number }; readonly text?: string };
}

const pollSeconds = 5;
const afterRefusalMs = 500;

/** Polls until `stop`; resolves when it has hung up. */
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

/** Undefined: refused, or no answer. */
function pollOnce(
  { apiRoot, token, onClient }: RoguePollerDeps,
  agent: Agent,
  { offset, stop }: { offset: number | undefined; stop: AbortSignal },
): Promise<readonly TakenUpdate[] | undefined> {
  const words = `timeout=${pollSeconds}${offset === undefined ? '' : `&offset=${offset}`}`;
  return new Promise((resolve) => {
    const call = request(
      `${apiRoot}/bot${token}/getUpdates?${words}`,
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
      const tell = (): void => onClient(`${socket.localAddress}:${socket.localPort}`);
      if (socket.connecting) socket.once('connect', tell);
      else tell();
    });
    call.on('error', () => resolve(undefined));
    call.end();
  });
}

function readUpdates(body: string): readonly TakenUpdate[] | undefined {
  const answer = JSON.parse(body) as { ok: boolean; result?: readonly TakenUpdate[] };
  return answer.ok ? answer.result : undefined;
}

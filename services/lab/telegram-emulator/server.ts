/**
 * The Bot API server of the lab, over HTTP.
 *
 * Guarantees: the 22 rules of the Bot API semantics note, for clients that send GET with a query string, or POST with a
 * query string, urlencoded, JSON or multipart body; downloads at `/file/bot<token>/<file_path>`; the `/emulator/…` calls of
 * `control.ts`.
 * Does not guarantee: persistence, flood limits, delivery to webhooks. It serves one machine: it listens on the
 * loopback address and does not authenticate.
 *
 * Tested by: test/lab/telegram-emulator/http.test.ts
 */
import type { RequestListener } from 'node:http';
import { systemClock } from '../../adapters/system-clock.ts';
import { systemRandom } from '../../adapters/system-random.ts';
import type { Clock } from '../../core/platform/clock.ts';
import type { Random } from '../../core/platform/random.ts';
import { guardedServer } from '../shared/guarded-server.ts';
import { listenOnLoopback } from '../shared/loopback-server.ts';
import { type PushedUpdate, readPushedUpdate } from './bot.ts';
import { Emulator } from './emulator.ts';
import { refuse } from './errors.ts';
import type { EventListener } from './events.ts';
import { type FaultRequest, Faults } from './faults.ts';
import type { StoredFile } from './files/file-store.ts';
import type { PersonsFile } from './files/new-file.ts';
import type { MessageContent } from './messages.ts';
import type { Act } from './people-acts.ts';
import { Service } from './service.ts';
import type { BotState } from './state.ts';
import { send } from './transport.ts';

/** Longer than clients keep idle connections, so that none is closed during a request. */
const keepAliveMs = 120_000;

export interface EmulatorOptions {
  /** 0, the default, takes a free port. */
  readonly port?: number;
  readonly host?: string;
  readonly latencyMs?: number;
  readonly clock?: Clock;
  readonly random?: Random;
}

export interface RunningEmulator {
  readonly url: string;
  readonly port: number;
  /** Closes every connection, even those of open calls. */
  close(): Promise<void>;
  /** Returns the updates' ids, null for filtered or vanished ones; throws for a bad token or update. */
  pushUpdates(token: string, updates: readonly unknown[]): (number | null)[];
  /** Returns what came of it (see `people-acts.ts`); throws for a bad token, or if Telegram would refuse it. */
  act(token: string, act: Act): unknown;
  /**
   * Keeps a file that a person sends; returns the fields of a message with it, such as `{photo: […]}`. Throws
   * `BotApiRefusal` for a file that Telegram refuses.
   */
  addFile(token: string, file: PersonsFile): MessageContent;
  /** A stored file by its `file_id`. */
  file(token: string, fileId: string): StoredFile | undefined;
  setFault(request: FaultRequest): void;
  state(token: string): BotState;
  /** The number of unconfirmed updates: cheaper than `state`. */
  pendingCount(token: string): number;
  /** Returns a function that removes the listener. */
  onEvent(listener: EventListener): () => void;
}

/** Rejects with the server's error (`EADDRINUSE`, …) if it cannot listen. */
export async function startTelegramEmulator(options: EmulatorOptions = {}): Promise<RunningEmulator> {
  const { port = 0, host = '127.0.0.1', latencyMs = 0 } = options;
  const { clock = systemClock, random = systemRandom } = options;
  const emulator = new Emulator({ clock, random });
  const faults = new Faults();
  const service = new Service({ emulator, faults, clock, latencyMs });
  const listener: RequestListener = (request, response) => {
    service.handle(request, response).catch((error: unknown) => {
      send(
        response,
        refuse(500, `Internal Server Error: ${error instanceof Error ? error.message : 'unknown'}`),
      );
    });
  };
  const server = guardedServer(listener, { keepAliveTimeout: keepAliveMs, host });
  const listening = await listenOnLoopback(server, port, host);
  return {
    url: listening.url,
    port: listening.port,
    close() {
      emulator.close();
      return listening.close();
    },
    pushUpdates(token, updates) {
      const ids = emulator.push(token, updates.map(mustRead));
      if (ids === undefined) throw new TypeError('token: expected <digits>:<secret>');
      return ids;
    },
    act(token, act) {
      const { status, body } = emulator.act(token, act);
      const answer = JSON.parse(body) as { result?: unknown; description?: string };
      if (status !== 200) throw new TypeError(answer.description);
      return answer.result;
    },
    addFile(token, file) {
      const content = emulator.addFile(token, file);
      if (content === undefined) throw new TypeError('token: expected <digits>:<secret>');
      return content;
    },
    file: (token, id) => emulator.file(token, { id }),
    setFault: (request) => void faults.add(request),
    state(token) {
      const state = emulator.state(token);
      if (state === undefined) throw new TypeError('token: expected <digits>:<secret>');
      return state;
    },
    pendingCount: (token) => emulator.pendingCount(token),
    onEvent: (listener) => emulator.events.listen(listener),
  };
}

function mustRead(value: unknown): PushedUpdate {
  const update = readPushedUpdate(value);
  if (typeof update === 'string') throw new TypeError(update);
  return update;
}

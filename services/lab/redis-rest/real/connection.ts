/**
 * One connection to a redis-server's Unix socket.
 *
 * Guarantees: the commands of one `send` reach the server consecutively, and each gets its reply; when the connection ends,
 * every open request fails. It does not reconnect: see `real-redis.ts`.
 *
 * Tested by: test/lab/redis-rest/real/real-redis.test.ts
 */
import { connect, type Socket } from 'node:net';
import type { Bytes } from '../store/bytes.ts';
import type { Reply } from '../store/reply.ts';
import { encodeCommand, ReplyParser } from './resp.ts';

interface Request {
  readonly replies: Reply[];
  readonly length: number;
  resolve(replies: Reply[]): void;
  reject(error: Error): void;
}

export interface ConnectionEvents {
  /** A reply without a request: a published message, a line of MONITOR. */
  onPush?(reply: Reply): void;
  /** Called once, when the connection has ended for any reason. */
  onEnd?(): void;
}

class RedisConnectionLostError extends Error {
  override readonly name = 'RedisConnectionLostError';
  readonly code = 'REDIS_CONNECTION_LOST';
  constructor(cause?: unknown) {
    super('the connection to redis-server was lost', { cause });
  }
}

export class RedisConnection {
  private readonly socket: Socket;
  private readonly parser = new ReplyParser();
  private readonly requests: Request[] = [];
  private readonly events: ConnectionEvents;
  private failure: unknown;
  private ended = false;

  constructor(socketPath: string, events: ConnectionEvents = {}) {
    this.events = events;
    this.socket = connect(socketPath);
    this.socket.on('data', (piece) => this.receive(piece.toString('latin1')));
    this.socket.on('error', (error) => {
      this.failure = error;
    });
    this.socket.on('close', () => this.end());
  }

  get isEnded(): boolean {
    return this.ended;
  }

  send(commands: readonly (readonly Bytes[])[]): Promise<Reply[]> {
    return new Promise((resolve, reject) => {
      if (this.ended) {
        reject(new RedisConnectionLostError(this.failure));
        return;
      }
      if (commands.length === 0) {
        resolve([]);
        return;
      }
      this.requests.push({ replies: [], length: commands.length, resolve, reject });
      this.socket.write(commands.map(encodeCommand).join(''), 'latin1');
    });
  }

  /** Sends a command whose replies all go to `onPush`. */
  post(command: readonly Bytes[]): void {
    this.socket.write(encodeCommand(command), 'latin1');
  }

  close(): void {
    this.socket.destroy();
  }

  private receive(piece: Bytes): void {
    try {
      for (const reply of this.parser.feed(piece)) this.dispatch(reply);
    } catch (error) {
      this.socket.destroy(error instanceof Error ? error : undefined);
    }
  }

  private dispatch(reply: Reply): void {
    const request = this.requests[0];
    if (request === undefined) {
      this.events.onPush?.(reply);
      return;
    }
    request.replies.push(reply);
    if (request.replies.length < request.length) return;
    this.requests.shift();
    request.resolve(request.replies);
  }

  private end(): void {
    this.ended = true;
    for (const request of this.requests.splice(0)) request.reject(new RedisConnectionLostError(this.failure));
    this.events.onEnd?.();
  }
}

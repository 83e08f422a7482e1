/**
 * A server to which connecting takes long: it accepts nothing until `open`, and the kernel's queue of connections is
 * full. It runs in a thread of its own, which stands still meanwhile.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';

const program = `
  const { createServer } = require('node:http');
  const { parentPort, workerData } = require('node:worker_threads');
  const urls = [];
  const server = createServer((request, response) => {
    urls.push(request.url);
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ ok: true, result: urls }));
  });
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    Atomics.wait(new Int32Array(workerData), 0, 0);
  });
`;
/** The queue holds two of them. */
const fillers = 6;

export interface SlowConnect {
  readonly url: string;
  /** Accepts everybody from now on. */
  open(): void;
  /** The paths that were requested, once everybody who began to connect before `open` could arrive. */
  requested(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export async function startSlowConnect(): Promise<SlowConnect> {
  const gate = new Int32Array(new SharedArrayBuffer(4));
  const thread = new Worker(program, { eval: true, workerData: gate.buffer });
  const [port] = (await once(thread, 'message')) as [number];
  const url = `http://127.0.0.1:${port}`;
  const sockets: Socket[] = [];
  for (let i = 0; i < fillers; i++) sockets.push(connect(port, '127.0.0.1').on('error', () => {}));
  await Promise.all(sockets.slice(0, 2).map((socket) => once(socket, 'connect')));
  return {
    url,
    open() {
      Atomics.store(gate, 0, 1);
      Atomics.notify(gate, 0);
    },
    async requested() {
      // Whoever began to connect before these has connected when they have.
      await Promise.all(sockets.map((socket) => (socket.connecting ? once(socket, 'connect') : undefined)));
      const response = await fetch(`${url}/probe`);
      const { result } = (await response.json()) as { result: readonly string[] };
      return result;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await thread.terminate();
    },
  };
}

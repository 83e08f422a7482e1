/**
 * Bounds a server's number of connections by closing the oldest, so that a client which opens many and sends nothing
 * cannot keep Prometheus out. A scrape takes milliseconds, so its connection is not the oldest for long.
 *
 * Tested by: test/metrics-sidecar/server.test.ts
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';

export function keepNewestConnections(server: Server, countMax: number): void {
  // A set keeps the order of insertion.
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    if (open.size <= countMax) return;
    const [oldest] = open;
    if (oldest === undefined) return;
    open.delete(oldest);
    oldest.destroy();
  });
}

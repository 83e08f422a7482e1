/**
 * Keeps a server's number of connections bounded by ending the oldest, so that a client which opens many and says
 * nothing cannot keep Prometheus out. A scrape lasts milliseconds: it is never the oldest for long.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';

export function keepNewestConnections(server: Server, countMax: number): void {
  // A set remembers the order in which its members came.
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

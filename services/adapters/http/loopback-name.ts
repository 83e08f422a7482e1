/**
 * Whether a `Host` header names this machine's loopback.
 *
 * A page of another site can make its own host name point at 127.0.0.1 (DNS rebinding) and read what listens there; the
 * name it sends gives it away.
 *
 * Tested by: test/lab/shared/guarded-server.test.ts, test/adapters/http/bounded-server.test.ts
 */
const loopbackName = /^(127\.0\.0\.1|localhost|\[::1\])$/;

/** With a port or without. */
export function isLoopbackName(host: string): boolean {
  return loopbackName.test(host.replace(/:\d+$/, ''));
}

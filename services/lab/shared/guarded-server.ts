/**
 * An HTTP server of the lab that serves programs of this machine and its own pages, but no page of another site: any page
 * in a browser can send requests to loopback, and these servers obey without asking who calls.
 *
 * Guarantees: a request under another host name (DNS rebinding), and one that a browser sends for another page, gets 403
 * before it is read. Programs other than browsers send none of the headers that tell.
 */
import {
  createServer,
  type IncomingHttpHeaders,
  type RequestListener,
  type Server,
  type ServerOptions,
} from 'node:http';
import { isIP } from 'node:net';
import { isLoopbackName } from '../../adapters/http/loopback-name.ts';

export interface GuardOptions extends ServerOptions {
  /** What it serves refuses foreign pages itself, and may be opened by a link: the ops function. Only names are checked. */
  readonly guardsItself?: boolean;
  /** Where it listens, if not on loopback alone: then it is also served under that name, or an address of the machine. */
  readonly host?: string;
}

const message = 'this server of the lab serves programs of this machine and its own pages only';
const refusal = JSON.stringify({ ok: false, error_code: 403, description: message, error: message });

export function guardedServer(
  listener: RequestListener,
  { guardsItself = false, host: ownName, ...options }: GuardOptions = {},
): Server {
  return createServer(options, (request, response) => {
    if (!isForeign(request.headers, { guardsItself, ownName })) return listener(request, response);
    response.writeHead(403, { 'content-type': 'application/json', connection: 'close' }).end(`${refusal}\n`);
  });
}

function isForeign(
  headers: IncomingHttpHeaders,
  { guardsItself, ownName }: { guardsItself: boolean; ownName: string | undefined },
): boolean {
  const { host = 'localhost', origin } = headers;
  const site = headers['sec-fetch-site'] ?? 'none';
  if (!isOwnName(host.replace(/:\d+$/, ''), ownName)) return true;
  if (guardsItself) return false;
  // A page without a referrer sends the origin `null` for its own forms.
  const isOwnOrigin = origin === `http://${host}` || (origin === 'null' && site === 'same-origin');
  if (origin !== undefined && !isOwnOrigin) return true;
  return site !== 'none' && site !== 'same-origin';
}

/** An address is no name that a foreign page could point at this machine. */
function isOwnName(name: string, ownName = '127.0.0.1'): boolean {
  if (isLoopbackName(name)) return true;
  return !isLoopbackName(ownName) && (name === ownName || isIP(name.replace(/^\[|\]$/g, '')) !== 0);
}

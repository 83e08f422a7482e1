/**
 * Sends an answer, whole or as a fault requires.
 *
 * Guarantees: a cut or lost answer looks to the client like one at the TCP level. A cut body is half of what
 * `Content-Length` promises, then FIN.
 *
 * Tested by: test/lab/telegram-emulator/faults.test.ts
 */
import { type OutgoingHttpHeaders, type ServerResponse, STATUS_CODES } from 'node:http';
import type { ApiAnswer } from './errors.ts';
import type { StoredFile } from './files/file-store.ts';

const nginxPage = [
  '<html>',
  '<head><title>502 Bad Gateway</title></head>',
  '<body>',
  '<center><h1>502 Bad Gateway</h1></center>',
  '<hr><center>nginx/1.18.0</center>',
  '</body>',
  '</html>',
  '',
].join('\r\n');

export function send(response: ServerResponse, answer: ApiAnswer): void {
  if (response.destroyed || response.headersSent) return;
  const body = Buffer.from(answer.body);
  response.writeHead(answer.status, headers(answer, body.length)).end(body);
}

export function sendFile(response: ServerResponse, { bytes, mimeType }: StoredFile): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(200, {
    'content-type': mimeType,
    'content-length': bytes.length,
    // Never shown as a page of this server, whatever a bot has sent.
    'content-disposition': 'attachment',
    'x-content-type-options': 'nosniff',
  });
  response.end(bytes);
}

export function sendNginxPage(response: ServerResponse): void {
  const length = Buffer.byteLength(nginxPage);
  const server = { server: 'nginx/1.18.0', 'content-type': 'text/html', 'content-length': length };
  response.writeHead(502, STATUS_CODES[502], server).end(nginxPage);
}

export function sendTruncated(response: ServerResponse, answer: ApiAnswer): void {
  if (response.destroyed) return;
  const body = Buffer.from(answer.body);
  response.writeHead(answer.status, headers(answer, body.length));
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.socket?.end());
}

export function hangUp(response: ServerResponse): void {
  response.socket?.destroy();
}

export function reset(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}

function headers({ retryAfterSeconds }: ApiAnswer, length: number): OutgoingHttpHeaders {
  const always = { 'content-type': 'application/json', 'content-length': length };
  return retryAfterSeconds === undefined ? always : { ...always, 'retry-after': String(retryAfterSeconds) };
}

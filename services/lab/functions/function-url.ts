/**
 * A Lambda function URL on loopback: every HTTP request becomes an event of payload format 2.0, and the handler's result
 * becomes the response, unless the handler sends a page in pieces, as with response streaming.
 *
 * Like the real one, it lower-cases header names, joins repeated headers, passes cookies separately, and gives a form's
 * body in base64. It differs in using http, and in a `host` header that carries a port.
 * Source: the AWS Lambda developer guide, "Invoking Lambda function URLs", request and response payload format.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { HttpHead, OpenPage } from '../../../functions/release-lock/pages/layout.ts';
import type { Clock } from '../../core/platform/clock.ts';
import type { Random } from '../../core/platform/random.ts';
import { guardedServer } from '../shared/guarded-server.ts';
import { listenOnLoopback, readBody } from '../shared/loopback-server.ts';

export interface FunctionUrlOptions {
  readonly handler: (event: unknown, openPage: OpenPage) => Promise<unknown>;
  readonly clock: Clock;
  readonly random: Random;
  /** 0, the default: any free port. Always on loopback. */
  readonly port?: number;
}

export interface FunctionUrl {
  /** Without a slash at the end: the value of `OPS_BASE_URL`. */
  readonly url: string;
  close(): Promise<void>;
}

const host = '127.0.0.1';
/** Lambda's own limit on a payload. */
const bodyBytesMax = 6 * 1024 * 1024;
const textTypes = /^(text\/|application\/(json|xml|javascript)\b)/i;

export async function startFunctionUrl(options: FunctionUrlOptions): Promise<FunctionUrl> {
  const listener: RequestListener = (request, response) => {
    serve(options, request, response).catch(() => {
      if (response.headersSent) response.destroy();
      // A function URL does not say why the function failed.
      else response.writeHead(502, { 'content-type': 'text/plain' }).end('Internal Server Error');
    });
  };
  const server = guardedServer(listener, { guardsItself: true });
  return listenOnLoopback(server, options.port ?? 0);
}

async function serve(
  { handler, clock, random }: FunctionUrlOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request, bodyBytesMax);
  if (body === undefined) {
    response.writeHead(413, { 'content-type': 'text/plain' }).end('Request too large');
    return;
  }
  const facts = { nowMs: clock.wallMs(), requestId: random.token() };
  const openPage: OpenPage = (head) => {
    sendHead(response, head);
    return (piece) => void response.write(piece);
  };
  const returned = await handler(eventOf(request, body, facts), openPage);
  if (response.headersSent) response.end();
  else send(response, returned);
}

function eventOf(
  { method = 'GET', url = '/', headers, socket }: IncomingMessage,
  body: Buffer,
  { nowMs, requestId }: { nowMs: number; requestId: string },
): Readonly<Record<string, unknown>> {
  const queryStart = url.indexOf('?');
  const rawPath = queryStart < 0 ? url : url.slice(0, queryStart);
  const { cookie, ...others } = headers;
  const domainName = (headers.host ?? host).replace(/:\d+$/, '');
  const isText = textTypes.test(headers['content-type'] ?? '');
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString: queryStart < 0 ? '' : url.slice(queryStart + 1),
    ...(cookie === undefined ? {} : { cookies: cookie.split(';').map((one) => one.trim()) }),
    headers: Object.fromEntries(Object.entries(others).map(([name, value]) => [name, String(value)])),
    requestContext: {
      accountId: 'anonymous',
      apiId: 'lab',
      domainName,
      domainPrefix: domainName.split('.')[0],
      http: {
        method,
        path: rawPath,
        protocol: 'HTTP/1.1',
        sourceIp: socket.remoteAddress ?? host,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId,
      routeKey: '$default',
      stage: '$default',
      time: new Date(nowMs).toISOString(),
      timeEpoch: Math.floor(nowMs),
    },
    ...(body.length === 0 ? {} : { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

interface UrlAnswer extends Partial<HttpHead> {
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

/** An answer without a status code is the body itself, as JSON. */
function send(response: ServerResponse, returned: unknown): void {
  const answer = returned as UrlAnswer | null | undefined;
  if (typeof answer !== 'object' || answer === null || answer.statusCode === undefined) {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(returned));
    return;
  }
  const { statusCode, headers = {}, cookies = [], body = '', isBase64Encoded } = answer;
  sendHead(response, { statusCode, headers, cookies });
  response.end(isBase64Encoded === true ? Buffer.from(body, 'base64') : body);
}

function sendHead(response: ServerResponse, { statusCode, headers, cookies = [] }: HttpHead): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (cookies.length > 0) response.setHeader('set-cookie', [...cookies]);
  response.writeHead(statusCode);
}

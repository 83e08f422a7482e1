/**
 * Reads a function URL's event, version 2.0, into what the link pages need.
 *
 * Guarantees: never throws. Answers undefined, which the handler refuses, for any other event, for one with a query,
 * and for one larger than any form of ours.
 * Source: the AWS Lambda developer guide, "Invoking Lambda function URLs", request payload format.
 */
export interface PageRequest {
  readonly method: string;
  readonly path: string;
  /** The page's own origin, as a browser's `Origin` header would name it. */
  readonly ownOrigin: string;
  header(name: string): string | undefined;
  /** Undefined if there is none or more than one of that name. */
  cookie(name: string): string | undefined;
  /** As text, decoded if the event says that it is base64. */
  readonly body: string;
}

const pathLengthMax = 400;
const bodyLengthMax = 4096;
const loopbackName = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
const hostShape = /^([a-z0-9.-]+|\[[0-9a-f:]+\])(:\d{1,5})?$/i;

type Fields = Readonly<Record<string, unknown>>;

export function readPageRequest(event: unknown): PageRequest | undefined {
  const { version, rawPath, headers, cookies, body, isBase64Encoded, requestContext } = fieldsOf(event);
  const { http, domainName } = fieldsOf(requestContext);
  const { method } = fieldsOf(http);
  const byName = new Map(
    Object.entries(fieldsOf(headers)).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const header = (name: string): string | undefined => textOf(byName.get(name));
  const ownOrigin = originOf(textOf(domainName), header('host'));
  if (version !== '2.0' || typeof method !== 'string' || typeof rawPath !== 'string') return undefined;
  if (ownOrigin === undefined || rawPath.length > pathLengthMax) return undefined;
  const text = bodyText(body, isBase64Encoded === true);
  if (text === undefined) return undefined;
  const given = cookiesOf(cookies, header('cookie'));
  return {
    method,
    // Messengers append a query, and people a slash: neither belongs to a link.
    path: rawPath.replace(/(?<=.)\/$/, ''),
    ownOrigin,
    header,
    cookie(name) {
      const values = given.filter((cookie) => cookie.startsWith(`${name}=`));
      return values.length === 1 ? values[0]?.slice(name.length + 1) : undefined;
    },
    body: text,
  };
}

/** A function URL is https. Only the lab is http, on loopback, and there the port is part of the origin. */
function originOf(domainName: string | undefined, host: string | undefined): string | undefined {
  const domain = domainName ?? host;
  if (domain === undefined || !hostShape.test(domain)) return undefined;
  const name = domain.replace(/:\d+$/, '').toLowerCase();
  if (!loopbackName.test(name)) return `https://${domain.toLowerCase()}`;
  const withPort = host !== undefined && hostShape.test(host) ? host : domain;
  return withPort.replace(/:\d+$/, '') === name ? `http://${withPort}` : undefined;
}

function bodyText(body: unknown, isEncoded: boolean): string | undefined {
  if (body === undefined || body === null) return '';
  // Base64 is a third longer than the text that it encodes.
  if (typeof body !== 'string' || body.length > bodyLengthMax * 1.5) return undefined;
  const text = isEncoded ? Buffer.from(body, 'base64').toString('utf8') : body;
  return text.length > bodyLengthMax ? undefined : text;
}

function cookiesOf(list: unknown, header: string | undefined): readonly string[] {
  if (Array.isArray(list)) return list.filter((cookie) => typeof cookie === 'string');
  return (header ?? '').split(';').map((cookie) => cookie.trim());
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

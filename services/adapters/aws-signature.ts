/**
 * Signs one request to AWS, Signature Version 4, for an API that no client of ours covers.
 *
 * The whole path and query must be unreserved characters: nothing is encoded here.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import { createHash, createHmac } from 'node:crypto';
import type { AwsCredentials } from './aws-client.ts';

export interface AwsRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface SigningScope {
  readonly credentials: AwsCredentials;
  readonly region: string;
  readonly service: string;
  readonly nowMs: number;
}

/** The headers to send: the request's own, and those that prove who sends it. */
export function signedHeaders(
  { method, url, headers, body }: AwsRequest,
  { credentials, region, service, nowMs }: SigningScope,
): Readonly<Record<string, string>> {
  const time = new Date(nowMs).toISOString().replace(/[:-]|\.\d{3}/g, '');
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const sent: Record<string, string> = { ...headers, 'x-amz-date': time };
  if (sessionToken !== undefined) sent['x-amz-security-token'] = sessionToken;
  const signed = Object.entries({ ...sent, host: url.host })
    .map(([name, value]) => [name.toLowerCase(), value.trim()] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  const names = signed.map(([name]) => name).join(';');
  const canonical = [
    method,
    url.pathname,
    url.search.slice(1),
    ...signed.map(([name, value]) => `${name}:${value}`),
    '',
    names,
    sha256(body),
  ].join('\n');
  const scope = [time.slice(0, 8), region, service, 'aws4_request'];
  const key = scope.reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
  const text = ['AWS4-HMAC-SHA256', time, scope.join('/'), sha256(canonical)].join('\n');
  const authorization = [
    `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope.join('/')}`,
    `SignedHeaders=${names}`,
    `Signature=${hmac(key, text).toString('hex')}`,
  ].join(', ');
  return { ...sent, authorization };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

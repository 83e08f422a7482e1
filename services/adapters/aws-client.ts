/**
 * The configuration of every AWS client: endpoint, credentials, proxy and timeouts.
 *
 * `AWS_ENDPOINT_URL_<SERVICE>` and `AWS_ENDPOINT_URL` work as in the SDK, but come from the environment passed in, so
 * a lab or a test needs no process environment. One attempt per call: callers retry themselves, and a function's time
 * is short. Without credentials in the environment the SDK's own chain applies.
 */
import type { Environment } from '../core/settings/variable-reader.ts';
import { type ProxyEnvironment, proxyEnvironment } from './proxy.ts';

export interface AwsClientOptions {
  readonly region: string | undefined;
  readonly endpoint: string | undefined;
  readonly credentials: AwsCredentials | undefined;
  readonly proxy: ProxyEnvironment | undefined;
}

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export function awsClientOptions(
  environment: Environment,
  service: 'SNS' | 'ECS' | 'SECRETS_MANAGER' | 'SQS',
): AwsClientOptions {
  const set = (name: string): string | undefined => environment[name] || undefined;
  return {
    region: set('AWS_REGION') ?? set('AWS_DEFAULT_REGION'),
    endpoint: set(`AWS_ENDPOINT_URL_${service}`) ?? set('AWS_ENDPOINT_URL'),
    credentials: readCredentials(set),
    proxy: proxyEnvironment(environment),
  };
}

function readCredentials(set: (name: string) => string | undefined): AwsCredentials | undefined {
  const accessKeyId = set('AWS_ACCESS_KEY_ID');
  const secretAccessKey = set('AWS_SECRET_ACCESS_KEY');
  const sessionToken = set('AWS_SESSION_TOKEN');
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}

/** A function is frozen between runs: a connection kept from the last one may be dead without a sign. */
const freshConnections = { keepAlive: false, maxSockets: Number.POSITIVE_INFINITY };

/** For a process that calls all the time: a connection for each request under way. */
export const keptConnections = { keepAlive: true, maxSockets: Number.POSITIVE_INFINITY };

/**
 * Where the queue of this address is: in its own region, whatever the program's is, of
 * `https://sqs.<region>.amazonaws.com/<account>/<name>`. Without an endpoint the SDK writes a warning to the console when
 * the queue has another address than it would have guessed.
 */
export function sqsPlace(
  url: string,
  { region, endpoint }: AwsClientOptions,
): Pick<AwsClientOptions, 'region' | 'endpoint'> {
  const { hostname, origin } = new URL(url);
  const own = /(?:^|\.)sqs(?:-fips)?\.([a-z]{2}-[a-z-]+-\d+)\./.exec(hostname)?.[1];
  return { region: own ?? region, endpoint: endpoint ?? origin };
}

/** The SDK's configuration. Unset members are left out: an undefined one would hide the SDK's default. */
export function awsConfig(
  { region, endpoint, credentials, proxy }: AwsClientOptions,
  timeoutMs: number,
  connections = freshConnections,
) {
  const agent = { ...connections, ...(proxy === undefined ? {} : { proxyEnv: { ...proxy } }) };
  return {
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: timeoutMs,
      requestTimeout: timeoutMs,
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: agent,
    },
  };
}

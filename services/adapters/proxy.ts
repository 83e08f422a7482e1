/**
 * Outgoing HTTP through the proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name.
 *
 * Guarantees: after `obeyProxy`, `fetch` and Node's default agents use it, so the Bot API, the store, what a handler
 * fetches and uploads do; clients with an agent of their own take `proxyEnvironment`. Loopback and the metadata
 * addresses of a container are never behind a proxy. Without these variables nothing changes.
 * Does not guarantee: SOCKS, `ALL_PROXY`, or address ranges in `NO_PROXY`.
 */
import { ConfigurationError } from '../core/settings/configuration-error.ts';
import type { Environment } from '../core/settings/variable-reader.ts';

/** In the form that Node's agents take. */
export interface ProxyEnvironment {
  readonly HTTPS_PROXY?: string;
  readonly HTTP_PROXY?: string;
  readonly NO_PROXY: string;
}

/** This machine and, on ECS and EC2, the addresses that give metadata and credentials. */
const neverProxied = [
  'localhost',
  '127.0.0.1',
  '::1',
  '[::1]',
  '169.254.170.2',
  '169.254.170.23',
  '169.254.169.254',
];

const tooOld = `HTTPS_PROXY: expected Node 24.14 or newer, which can obey it, got ${process.version}; update Node, or unset it`;

/**
 * Call once, before the first request.
 * @throws ConfigurationError with a line for each variable that names no proxy
 */
export function obeyProxy(environment: Environment): void {
  const proxy = proxyEnvironment(environment);
  if (proxy === undefined) return;
  // Without a proxy it is not loaded: it takes a tenth of a function's start.
  const http = process.getBuiltinModule('node:http');
  if (typeof http.setGlobalProxyFromEnv !== 'function') throw new ConfigurationError([tooOld]);
  http.setGlobalProxyFromEnv({ ...proxy });
}

/**
 * Undefined when nothing goes through a proxy.
 * @throws ConfigurationError
 */
export function proxyEnvironment(environment: Environment): ProxyEnvironment | undefined {
  const problems: string[] = [];
  const [https, plain] = (['HTTPS_PROXY', 'HTTP_PROXY'] as const).map((name) => {
    const value = variable(environment, name);
    if (value !== undefined && !isProxyUrl(value)) problems.push(problem(name, value));
    return value;
  });
  if (problems.length > 0) throw new ConfigurationError(problems);
  const excluded = (variable(environment, 'NO_PROXY') ?? '').split(/[\s,]+/).filter((entry) => entry !== '');
  if ((https === undefined && plain === undefined) || excluded.includes('*')) return undefined;
  return {
    ...(https === undefined ? {} : { HTTPS_PROXY: https }),
    ...(plain === undefined ? {} : { HTTP_PROXY: plain }),
    NO_PROXY: [...excluded, ...neverProxied].join(','),
  };
}

/** Lower case wins, as it does for curl and for Node. */
function variable(environment: Environment, name: string): string | undefined {
  return environment[name.toLowerCase()] || environment[name] || undefined;
}

function isProxyUrl(value: string): boolean {
  return /^https?:\/\/[^/]/i.test(value) && URL.canParse(value);
}

/** A proxy's address may hold a password. */
function problem(name: string, value: string): string {
  return `${name}: expected the address of an HTTP proxy, got ${value.length} characters that are none; write http://<host>:<port>, or unset it`;
}

/** Which variables hold a secret: the one list of what is masked wherever something is shown. */
import type { Environment } from './variable-reader.ts';

const secretVariables = [
  'TELEGRAM_BOT_TOKEN_OVERRIDE',
  'TELEGRAM_BOT_TOKEN_PROD',
  'TELEGRAM_BOT_TOKEN_DEV',
  'TELEGRAM_BOT_TOKEN',
  'UPSTASH_REDIS_REST_TOKEN',
  'OPS_LINK_SECRET',
  'METRICS_BEARER_TOKEN',
  'WATCHDOG_PING_URL',
] as const;

/** The secrets of an environment. A variable may hold several, comma-separated, while one is changed. */
export function secretsIn(environment: Environment): readonly string[] {
  return secretVariables
    .flatMap((name) => (environment[name] ?? '').split(','))
    .map((secret) => secret.trim())
    .filter((secret) => secret !== '');
}

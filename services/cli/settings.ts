/**
 * The settings of a command: the environment with `.env` beneath it, as the bot's.
 *
 * `SECRETS_ARN` is left out: the extension that reads it exists only beside a function.
 */
import { composeDependencies, type Dependencies } from '../adapters/dependencies.ts';
import type { Environment } from '../core/settings/environment-reader.ts';
import type { CliContext } from './context.ts';

const tokenNames = [
  'TELEGRAM_BOT_TOKEN_OVERRIDE',
  'TELEGRAM_BOT_TOKEN_PROD',
  'TELEGRAM_BOT_TOKEN_DEV',
  'TELEGRAM_BOT_TOKEN',
] as const;
/** Stands in where Telegram is never asked. */
const unusedToken = '0:unused';
const storeNames = ['UPSTASH_REDIS_REST_URL', 'UPSTASH_REDIS_REST_TOKEN'] as const;

const isSet = (environment: Environment, name: string): boolean => (environment[name] ?? '').trim() !== '';

/** The variable for this environment's bot token, when neither it nor what stands in for it is set. */
export function missingToken(environment: Environment): string | undefined {
  const isProduction = environment['ENVIRONMENT'] === 'production';
  const ownName = isProduction ? 'TELEGRAM_BOT_TOKEN_PROD' : 'TELEGRAM_BOT_TOKEN_DEV';
  const used = ['TELEGRAM_BOT_TOKEN_OVERRIDE', ownName, 'TELEGRAM_BOT_TOKEN'];
  return used.some((name) => isSet(environment, name)) ? undefined : ownName;
}

/** Whether anything says whose bot is meant; the store's address and token alone are those of any. */
export function namesBot(environment: Environment): boolean {
  return ['ENVIRONMENT', ...tokenNames].some((name) => isSet(environment, name));
}

/** For a command that can do without Telegram: the token may be missing, but not be wrong. */
export function tokenOptional(environment: Environment): Environment {
  if (missingToken(environment) === undefined) return environment;
  return { ...environment, TELEGRAM_BOT_TOKEN_OVERRIDE: unusedToken };
}

/** For a check of what is set: what is missing is no problem. */
export function allOptional(environment: Environment): Environment {
  const filled: Record<string, string | undefined> = { ...environment };
  // A production token does not count here: whether it may be there at all is what is checked.
  if (tokenNames.every((name) => name === 'TELEGRAM_BOT_TOKEN_PROD' || !isSet(environment, name))) {
    filled['TELEGRAM_BOT_TOKEN_OVERRIDE'] = unusedToken;
  }
  if (storeNames.every((name) => !isSet(environment, name))) {
    filled['UPSTASH_REDIS_REST_URL'] = 'https://not-set.invalid';
    filled['UPSTASH_REDIS_REST_TOKEN'] = 'not-set';
  }
  return filled;
}

/** @throws ConfigurationError with a line for each problem */
export function dependenciesOf({ clock, random }: CliContext, environment: Environment): Dependencies {
  // What an action does is told by the command; its log lines would only say it again.
  return composeDependencies('cli', environment, { clock, random, write: () => {} });
}

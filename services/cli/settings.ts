/**
 * The settings of a command: the environment over `.env`, as the bot reads them.
 *
 * `SECRETS_ARN` is not read: the extension that serves it exists only beside a function.
 */
import { composeDependencies, type Dependencies } from '../adapters/dependencies.ts';
import type { OptionalPart } from '../core/settings/shared-settings.ts';
import { type Environment, VariableReader } from '../core/settings/variable-reader.ts';
import type { CliContext } from './context.ts';

/** Where a bot token may be, but for the production token, which is a mistake in most environments. */
const tokenNames = ['TELEGRAM_BOT_TOKEN_OVERRIDE', 'TELEGRAM_BOT_TOKEN_DEV', 'TELEGRAM_BOT_TOKEN'] as const;

/** For a command that works without Telegram: the bot token may be missing, but not wrong. */
export const tokenOptional = { optional: ['botToken'] } as const;

/** Whether anything says which bot is meant. The store alone does not: several bots may share it. */
export function namesBot(environment: Environment): boolean {
  const reader = new VariableReader(environment);
  return ['ENVIRONMENT', 'TELEGRAM_BOT_TOKEN_PROD', ...tokenNames].some((name) => reader.isSet(name));
}

/** What `check-env` may miss. A token that is set must be the one that this environment uses. */
export function optionalParts(environment: Environment): readonly OptionalPart[] {
  const reader = new VariableReader(environment);
  return tokenNames.some((name) => reader.isSet(name)) ? ['store'] : ['store', 'botToken'];
}

/** @throws ConfigurationError with a line for each problem */
export function dependenciesOf(
  { clock, random, environment }: CliContext,
  options: { readonly optional: readonly 'botToken'[] } = { optional: [] },
): Dependencies {
  // Logs nothing: the command itself says what it does.
  return composeDependencies('cli', environment, { clock, random, write: () => {} }, options);
}

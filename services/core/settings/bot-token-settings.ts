/**
 * Which variable holds the bot token, and which bots are refused where.
 *
 * Guarantees: outside production no token is accepted that is named as production's, or that is of the bot which
 * `PRODUCTION_BOT_ID` names, whatever variable holds it.
 */
import { botIdOf } from '../platform/bot-token.ts';
import type { EnvironmentName } from '../platform/environment-name.ts';
import { type Environment, type ValueFormat, VariableReader } from './variable-reader.ts';

const tokenFormat: ValueFormat = {
  shape: /^\d{1,20}:[A-Za-z0-9_-]+$/,
  expected: '<bot id>:<secret> as @BotFather gave it',
  fix: 'copy the whole token again',
};
export const botIdFormat: ValueFormat = {
  shape: /^[1-9]\d{0,19}$/,
  expected: "the production bot's id: the digits before the colon of its token",
  fix: 'copy only these digits, never the token itself',
};

/** The variables that may hold this environment's bot token, the first one set wins. */
function tokenNames(name: string): readonly string[] {
  return ['TELEGRAM_BOT_TOKEN_OVERRIDE', ownTokenName(name), 'TELEGRAM_BOT_TOKEN'];
}

function ownTokenName(name: string): string {
  return name === 'production' ? 'TELEGRAM_BOT_TOKEN_PROD' : 'TELEGRAM_BOT_TOKEN_DEV';
}

/** The variable in which this environment's bot token belongs, when no variable holds one. */
export function missingTokenName(environment: Environment): string | undefined {
  const reader = new VariableReader(environment);
  const name = reader.text('ENVIRONMENT') ?? 'development';
  return tokenNames(name).some((variable) => reader.isSet(variable)) ? undefined : ownTokenName(name);
}

export function readBotToken(
  reader: VariableReader,
  name: EnvironmentName,
  warnings: string[],
  { isOptional }: { isOptional: boolean },
): string | undefined {
  const override = reader.secret('TELEGRAM_BOT_TOKEN_OVERRIDE', tokenFormat);
  const production = reader.secret('TELEGRAM_BOT_TOKEN_PROD', tokenFormat);
  const development = reader.secret('TELEGRAM_BOT_TOKEN_DEV', tokenFormat);
  const legacy = reader.secret('TELEGRAM_BOT_TOKEN', tokenFormat);
  if (name !== 'production' && reader.isSet('TELEGRAM_BOT_TOKEN_PROD')) {
    reader.report('TELEGRAM_BOT_TOKEN_PROD', {
      expected: `nothing outside production (ENVIRONMENT is ${name})`,
      got: 'a production token, which would steal the messages of the running bot',
      fix: 'remove it here and give a development bot of your own in TELEGRAM_BOT_TOKEN_DEV',
    });
  }
  refuseProductionBot(reader, name, {
    TELEGRAM_BOT_TOKEN_OVERRIDE: override,
    TELEGRAM_BOT_TOKEN_DEV: development,
    TELEGRAM_BOT_TOKEN: legacy,
  });
  const ownName = ownTokenName(name);
  const token = override ?? (name === 'production' ? production : development) ?? legacy;
  if (token !== undefined) {
    if (token === legacy && token !== override && token !== production && token !== development) {
      warnings.push(`TELEGRAM_BOT_TOKEN is deprecated: name it ${ownName}`);
    }
    return token;
  }
  if (!isOptional && !tokenNames(name).some((variable) => reader.isSet(variable))) {
    const fix = `set ${ownName} to the token that @BotFather gave`;
    reader.report(ownName, { expected: 'a bot token', got: 'nothing', fix });
  }
  return undefined;
}

/** A development or staging worker with this token would steal the messages of the production bot. */
function refuseProductionBot(
  reader: VariableReader,
  name: EnvironmentName,
  tokens: Readonly<Record<string, string | undefined>>,
): void {
  const productionId = reader.formatted('PRODUCTION_BOT_ID', botIdFormat);
  if (name === 'production' || productionId === undefined) return;
  for (const [variable, token] of Object.entries(tokens)) {
    if (token === undefined || botIdOf(token) !== productionId) continue;
    reader.report(variable, {
      expected: `the token of another bot than PRODUCTION_BOT_ID (ENVIRONMENT is ${name})`,
      got: `one of bot ${productionId}, whose messages it would steal`,
      fix: 'give the token of a bot of your own',
    });
  }
}

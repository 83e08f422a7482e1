/** The variables that the stack sets are those that the processes read. Runs neither. */
import { describe, expect, it } from 'vitest';
import { environmentVariables as monitorVariables } from '../../functions/heartbeat-monitor/contract.ts';
import { environmentVariables as opsVariables } from '../../functions/release-lock/contract.ts';
import { botEntries, filledEntries, generatedEntry } from '../../infra/constructs/secrets.ts';
import { readSettings } from '../../services/core/settings/settings.ts';
import { namesRead, readSettings as problemsOf } from './support/read-settings.ts';
import { containers, environmentOf, synthesise, theResource } from './support/synthesised.ts';

/** Everything that can be set, set. */
const full = {
  links: true,
  superadminTelegramIds: '1',
  redisKeyPrefix: 'hr:',
  productionBotId: '42',
  telegramApiRoot: 'https://bot-api.example.com',
  heartbeatStaleSeconds: 200,
  reminderMinutes: 30,
  autoRestartMinutes: 15,
  notifyLocale: 'en',
  logLevel: 'debug',
};
const template = synthesise(full);
const known = namesRead();

const functionVariables = (prefix: string): readonly string[] => {
  const { Properties } = theResource(template, 'AWS::Lambda::Function', prefix);
  const { Variables } = Properties['Environment'] as { Variables: Record<string, unknown> };
  // The extension's own.
  return Object.keys(Variables).filter((name) => !/^(PARAMETERS_SECRETS_|SECRETS_MANAGER_|SSM_)/.test(name));
};

describe('variables', () => {
  it('of the containers are read by the processes', () => {
    const { bot, metrics } = containers(template);
    const given = [bot, metrics].flatMap((container) => [
      ...Object.keys(environmentOf(container)),
      ...(container.Secrets ?? []).map(({ Name }) => Name),
    ]);
    expect(given.filter((name) => !known.has(name))).toEqual([]);
  });

  it('of the bot are accepted by its settings', () => {
    expect(problemsOf(environmentOf(containers(template).bot))).toEqual([]);
    expect(problemsOf(environmentOf(containers(synthesise()).bot))).toEqual([]);
  });

  it('of the functions are all those of their contracts that can be set', () => {
    const ofQueueMode = ['UPDATES_QUEUE_URL', 'ECS_HANDLERS_SERVICE'];
    const fromSecret: readonly string[] = filledEntries;
    // A default, and an entry that a person adds to the secret.
    const untouched = ['HEARTBEAT_INTERVAL_SECONDS', 'WATCHDOG_PING_URL'];
    const expected = (names: readonly string[]) =>
      names.filter((name) => ![...fromSecret, ...untouched, ...ofQueueMode].includes(name)).toSorted();
    expect(functionVariables('Monitor').toSorted()).toEqual(expected(monitorVariables));
    expect(functionVariables('Ops').toSorted()).toEqual(expected(opsVariables));
    const names = [...functionVariables('Monitor'), ...functionVariables('Ops')];
    expect(names.filter((name) => !known.has(name) && name !== 'SECRETS_ARN')).toEqual([]);
  });
});

describe('the secret’s entries', () => {
  it('are named like variables that are read', () => {
    expect([...filledEntries, generatedEntry].filter((name) => !known.has(name))).toEqual([]);
  });

  it.each(['production', 'staging'] as const)('are enough for the bot in %s', (environment) => {
    const values: Record<string, string> = {
      TELEGRAM_BOT_TOKEN_PROD: '1:a',
      TELEGRAM_BOT_TOKEN_DEV: '1:a',
      UPSTASH_REDIS_REST_URL: 'https://store.example.com',
      UPSTASH_REDIS_REST_TOKEN: 'b',
    };
    const filled = Object.fromEntries(botEntries(environment).map((name) => [name, values[name]]));
    expect(readSettings({ ENVIRONMENT: environment, ...filled })).toMatchObject({ ok: true });
    for (const name of botEntries(environment)) {
      expect(readSettings({ ENVIRONMENT: environment, ...filled, [name]: '' })).toMatchObject({ ok: false });
    }
  });

  it('count as missing when they are empty, because a function reads all of them', () => {
    const empty = Object.fromEntries(filledEntries.map((name) => [name, '']));
    const environment = { ...empty, ENVIRONMENT: 'staging', TELEGRAM_BOT_TOKEN_DEV: '1:a' };
    const store = { UPSTASH_REDIS_REST_URL: 'https://store.example.com', UPSTASH_REDIS_REST_TOKEN: 'b' };
    expect(readSettings({ ...environment, ...store })).toMatchObject({ ok: true });
  });
});

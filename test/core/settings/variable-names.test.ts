import { describe, expect, it } from 'vitest';
import { misspeltVariables, variableNames } from '../../../services/core/settings/variable-names.ts';

describe('misspeltVariables', () => {
  it.each([
    ['SUPERADMIN_IDS', 'SUPERADMIN_TELEGRAM_IDS'],
    ['SUPERADMIN_TELEGRAM_ID', 'SUPERADMIN_TELEGRAM_IDS'],
    ['SUPER_ADMIN_TELEGRAM_IDS', 'SUPERADMIN_TELEGRAM_IDS'],
    ['SUPERADMIN_ID', 'SUPERADMIN_TELEGRAM_IDS'],
    ['REDIS_PREFIX', 'REDIS_KEY_PREFIX'],
    ['POLLING_LOCK_TTL', 'POLLING_LOCK_TTL_SECONDS'],
    ['POLLING_LOCK_TTL_MS', 'POLLING_LOCK_TTL_SECONDS'],
    ['POLLING_LOCK_RENEW', 'POLLING_LOCK_RENEW_SECONDS'],
    ['LOCK_TTL_SECONDS', 'POLLING_LOCK_TTL_SECONDS'],
    ['HEARTBEAT_STALE', 'HEARTBEAT_STALE_SECONDS'],
    ['HEARBEAT_STALE', 'HEARTBEAT_STALE_SECONDS'],
    ['HEARTBEAT_STALE_MINUTES', 'HEARTBEAT_STALE_SECONDS'],
    ['UPSTASH_REDIS_URL', 'UPSTASH_REDIS_REST_URL'],
    ['UPSTASH_REDIS_REST_TOKN', 'UPSTASH_REDIS_REST_TOKEN'],
    ['TELEGRAM_TOKEN', 'TELEGRAM_BOT_TOKEN'],
    ['TELEGRAM_BOT_TOKEN_DEVELOPMENT', 'TELEGRAM_BOT_TOKEN_DEV'],
    ['ENVIROMENT', 'ENVIRONMENT'],
    ['ENVIRNOMENT', 'ENVIRONMENT'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['DRAIN_TIMEOUT', 'DRAIN_TIMEOUT_SECONDS'],
    ['METRICS_TOKEN', 'METRICS_BEARER_TOKEN'],
    ['BOT_HANDLER', 'BOT_HANDLERS'],
    ['PRODUCTION_BOTID', 'PRODUCTION_BOT_ID'],
  ])('takes %s for %s', (name, meant) => {
    expect(misspeltVariables({ [name]: 'a-secret' })).toEqual([
      `${name}: expected a name that this program reads, got another; did you mean ${meant}?`,
    ]);
  });

  it.each([
    ...[
      'PATH',
      'HOME',
      'USER',
      'SHELL',
      'LANG',
      'LC_ALL',
      'TZ',
      'TERM',
      'PWD',
      'HOSTNAME',
      'CI',
      'DEBUG',
      'PORT',
    ],
    ...[
      'AWS_REGION',
      'AWS_LAMBDA_LOG_LEVEL',
      'ECS_CONTAINER_METADATA_URI_V4',
      'ECS_AGENT_URI',
      'CDK_DEFAULT_REGION',
    ],
    ...[
      'NODE_ENV',
      'NODE_OPTIONS',
      'npm_config_loglevel',
      'npm_package_name',
      'NPM_TOKEN',
      'XDG_RUNTIME_DIR',
    ],
    ...['_HANDLER', 'LAMBDA_TASK_ROOT', 'HTTPS_PROXY', 'NO_PROXY', 'REQUIRE_REAL', 'VITEST_POOL_ID'],
    ...[
      'TELEGRAM_API_ID',
      'TELEGRAM_API_HASH',
      'TELEGRAM_CHAT_ID',
      'TELEGRAM_BOT_USERNAME',
      'TELEGRAM_CHANNEL',
    ],
    ...['UPSTASH_VECTOR_REST_URL', 'UPSTASH_VECTOR_REST_TOKEN', 'UPSTASH_EMAIL', 'UPSTASH_API_KEY'],
    ...['UPSTASH_REDIS_REST_READONLY_TOKEN', 'REDIS_URL', 'REDIS_HOST', 'REDIS_PASSWORD', 'QSTASH_TOKEN'],
    ...[
      'POLLING_INTERVAL',
      'HEARTBEAT_URL',
      'HEARTBEAT_TOKEN',
      'METRICS_PATH',
      'METRICS_SERVICE_PORT',
      'LOG_FORMAT',
    ],
    ...[
      'BASE_URL',
      'QUEUE_URL',
      'DATABASE_URL',
      'SECRET_KEY',
      'SECRETS_DIR',
      'BOT_NAME',
      'OPS_EMAIL',
      'DB_PORT',
    ],
  ])('leaves %s alone', (name) => {
    expect(misspeltVariables({ [name]: 'x' })).toEqual([]);
  });

  it('says nothing about names that are known or empty', () => {
    const known = Object.fromEntries(variableNames.map((name) => [name, 'x']));
    expect(misspeltVariables(known)).toEqual([]);
    expect(misspeltVariables({ SUPERADMIN_IDS: ' ' })).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { resources, synthesise, theResource } from '../support/synthesised.ts';

describe('the secret', () => {
  it('is one JSON object with every entry, all empty but the generated one', () => {
    const { Properties } = theResource(synthesise(), 'AWS::SecretsManager::Secret');
    const generate = Properties['GenerateSecretString'] as Record<string, unknown>;
    expect(generate).toMatchObject({ GenerateStringKey: 'OPS_LINK_SECRET', PasswordLength: 48 });
    expect(JSON.parse(String(generate['SecretStringTemplate']))).toEqual({
      TELEGRAM_BOT_TOKEN_PROD: '',
      TELEGRAM_BOT_TOKEN_DEV: '',
      UPSTASH_REDIS_REST_URL: '',
      UPSTASH_REDIS_REST_TOKEN: '',
      METRICS_BEARER_TOKEN: '',
    });
    // To the byte as every version before: an upgrade with another template would empty the secret.
    expect(generate['SecretStringTemplate']).toBe(
      '{"TELEGRAM_BOT_TOKEN_PROD":"","TELEGRAM_BOT_TOKEN_DEV":"","UPSTASH_REDIS_REST_URL":"","UPSTASH_REDIS_REST_TOKEN":"","METRICS_BEARER_TOKEN":""}',
    );
    expect(Properties['SecretString']).toBeUndefined();
  });

  it('is the same in every configuration, because a change would empty it', () => {
    const contexts = [{}, { environment: 'staging' }, { links: true, paused: true, standbyCount: 1 }];
    const secrets = contexts.map((context) =>
      theResource(synthesise(context), 'AWS::SecretsManager::Secret'),
    );
    expect(secrets[1]).toEqual(secrets[0]);
    expect(secrets[2]).toEqual(secrets[0]);
  });
});

describe('the check of the secret', () => {
  it('requires the entries that the bot of this environment needs to start', () => {
    const required = (environment: string) =>
      theResource(synthesise({ environment }), 'Custom::SecretsCheck').Properties['Required'];
    expect(required('production')).toContain('TELEGRAM_BOT_TOKEN_PROD');
    expect(required('staging')).toContain('TELEGRAM_BOT_TOKEN_DEV');
    expect(required('staging')).not.toContain('TELEGRAM_BOT_TOKEN_PROD');
    expect(required('production')).not.toContain('METRICS_BEARER_TOKEN');
    const guarded = theResource(synthesise({ metricsToken: true }), 'Custom::SecretsCheck');
    expect(guarded.Properties['Required']).toContain('METRICS_BEARER_TOKEN');
  });

  it('has a time limit, and is left out while paused', () => {
    expect(theResource(synthesise(), 'Custom::SecretsCheck').Properties['ServiceTimeout']).toBe('60');
    expect(resources(synthesise({ paused: true }), 'Custom::SecretsCheck')).toEqual({});
  });
});

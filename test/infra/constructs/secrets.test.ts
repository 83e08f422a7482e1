import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import type { Context } from '../../../infra/configuration.ts';
import { containers, resources, statementsOf, synthesise, theResource } from '../support/synthesised.ts';

const secretType = 'AWS::SecretsManager::Secret';
const everything = { links: true, metricsToken: true };

/** The secrets that a role may read, by the first part of their ids. */
function readBy(template: Template, rolePrefix: string): readonly string[] {
  const statements = statementsOf(template, rolePrefix).filter(({ Action }) =>
    [Action].flat().includes('secretsmanager:GetSecretValue'),
  );
  return statements.flatMap(({ Resource }) => refsIn(Resource));
}

function refsIn(resource: unknown): readonly string[] {
  return [resource].flat().map((one) => String((one as { Ref?: string }).Ref).replace(/[0-9A-F]{8}$/, ''));
}

interface Plan {
  readonly source: string;
  readonly copies: readonly { reader: string; arn: string; entries: readonly string[] }[];
  readonly required: readonly string[];
}

/** What the function is told to copy, with references in place of ARNs. */
function planOf(template: Template): Plan {
  const { Environment } = theResource(template, 'AWS::Lambda::Function', 'SecretsCheck').Properties;
  const { Variables } = Environment as {
    Variables: { SECRET_COPIES: { 'Fn::Join': [string, (string | { Ref: string })[]] } };
  };
  const [, parts] = Variables.SECRET_COPIES['Fn::Join'];
  return JSON.parse(parts.map((part) => (typeof part === 'string' ? part : part.Ref)).join(''));
}

const entriesOf = (template: Template) =>
  Object.fromEntries(planOf(template).copies.map(({ reader, entries }) => [reader, entries]));

describe('the secret', () => {
  it('is one JSON object with every entry, all empty but the generated one', () => {
    const { Properties } = theResource(synthesise(), secretType, 'SecretsSecret');
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
    const secrets = contexts.map((context) => theResource(synthesise(context), secretType, 'SecretsSecret'));
    // CloudFormation knows it by this name: another one would be another secret.
    expect(secrets[0]?.id).toBe('SecretsSecret9A9454FE');
    expect(secrets[1]).toEqual(secrets[0]);
    expect(secrets[2]).toEqual(secrets[0]);
  });
});

describe('door: the secrets', () => {
  it('hold what each reader needs, and nothing else', () => {
    const store = ['UPSTASH_REDIS_REST_URL', 'UPSTASH_REDIS_REST_TOKEN'];
    const production = ['TELEGRAM_BOT_TOKEN_PROD', ...store];
    expect(entriesOf(synthesise())).toEqual({
      worker: production,
      monitor: [...production, 'WATCHDOG_PING_URL'],
      ops: production,
    });
    expect(entriesOf(synthesise(everything))).toEqual({
      worker: [...production, 'METRICS_BEARER_TOKEN'],
      monitor: [...production, 'OPS_LINK_SECRET', 'WATCHDOG_PING_URL'],
      ops: [...production, 'OPS_LINK_SECRET'],
    });
    expect(entriesOf(synthesise({ environment: 'staging' }))['ops']).toEqual([
      'TELEGRAM_BOT_TOKEN_DEV',
      ...store,
    ]);
  });

  it('are read by their readers alone, and the secret itself by the function that copies', () => {
    const template = synthesise(everything);
    expect(readBy(template, 'PollingWorkerTaskExecutionRole')).toEqual(['SecretsWorker']);
    expect(readBy(template, 'MonitorRole')).toEqual(['SecretsMonitor']);
    expect(readBy(template, 'OpsRole')).toEqual(['SecretsOps']);
    expect(readBy(template, 'SecretsCheckRole')).toEqual(['SecretsSecret']);
    const given = Object.values(containers(template)).flatMap(({ Secrets }) => Secrets ?? []);
    expect(given).toHaveLength(4);
    for (const { Name, ValueFrom } of given) {
      expect(ValueFrom).toEqual({
        'Fn::Join': ['', [{ Ref: expect.stringMatching(/^SecretsWorker/) }, `:${Name}::`]],
      });
    }
  });

  it('are written by the function that copies, which may write nothing else', () => {
    const writing = statementsOf(synthesise(), 'SecretsCheckRole').filter(({ Action }) =>
      [Action].flat().some((action) => /:(Put|Update|Create|Delete)Secret/.test(action)),
    );
    expect(writing.map(({ Action }) => Action)).toEqual(['secretsmanager:PutSecretValue']);
    const written = writing.flatMap(({ Resource }) => refsIn(Resource));
    expect(written.toSorted()).toEqual(['SecretsMonitor', 'SecretsOps', 'SecretsWorker']);
    expect(planOf(synthesise()).source).toMatch(/^SecretsSecret/);
  });

  it.each([{}, { paused: true }])('are filled before anything reads them: %j', (context) => {
    const template = synthesise(context);
    const copied = theResource(template, 'Custom::SecretsCopy');
    const readers = [
      theResource(template, 'AWS::ECS::Service'),
      theResource(template, 'AWS::Lambda::Function', 'MonitorFunction'),
      theResource(template, 'AWS::Lambda::Function', 'OpsFunction'),
    ];
    for (const { DependsOn } of readers) expect(DependsOn).toContain(copied.id);
    const policy = theResource(template, 'AWS::IAM::Policy', 'SecretsCheckRole').id;
    expect(copied.DependsOn).toContain(policy);
  });

  it('are filled again at a start, and when the entries of a reader change', () => {
    const copying = (context: Context) => theResource(synthesise(context), 'Custom::SecretsCopy').Properties;
    expect(copying({ paused: true })).not.toEqual(copying({}));
    expect(copying({ links: true })).not.toEqual(copying({}));
    expect(copying({ standbyCount: 1 })).toEqual(copying({}));
  });

  it('wait for the check, so that what does not work reaches nobody', () => {
    const template = synthesise();
    const { DependsOn } = theResource(template, 'Custom::SecretsCopy');
    expect(DependsOn).toContain(theResource(template, 'Custom::SecretsCheck').id);
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

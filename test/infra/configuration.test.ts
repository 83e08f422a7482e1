import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Context } from '../../infra/configuration.ts';
import { type ConfigurationResult, readConfiguration } from '../../infra/configuration.ts';
import { type Environment, readSettings } from './support/read-settings.ts';
import { cdkJson } from './support/synthesised.ts';

function problemsOf(context: Context): readonly string[] {
  const result = readConfiguration(context);
  return result.ok ? [] : result.problems;
}

function configuration(context: Context) {
  const result: ConfigurationResult = readConfiguration(context);
  if (!result.ok) throw new Error(result.problems.join('\n'));
  return result.configuration;
}

describe('the configuration', () => {
  it('has a default for everything', () => {
    expect(configuration({})).toMatchObject({
      environment: 'production',
      stackName: 'StaffProBot-production',
      network: { kind: 'public', given: undefined, metricsFrom: [] },
      image: { uri: undefined, baseImage: undefined, handlers: undefined },
      standbyCount: 0,
      spot: false,
      paused: false,
      links: false,
      boundConcurrency: false,
      isProtected: true,
      secretsExtensionArn: undefined,
      taskSize: { cpu: 256, memoryMiB: 512 },
      handlers: undefined,
      logRetentionDays: 30,
      heartbeatStaleSeconds: 300,
    });
  });

  it('accepts the context of cdk.json', () => {
    expect(problemsOf(cdkJson.context)).toEqual([]);
  });

  it('reads a value in the same way from the command line and from a file', () => {
    const fromText = configuration({
      standbyCount: '2',
      spot: 'true',
      superadminTelegramIds: '1, 2',
      metricsFrom: 'sg-0123456789abcdef0,10.0.0.0/8',
    });
    const fromFile = configuration({
      standbyCount: 2,
      spot: true,
      superadminTelegramIds: [1, 2],
      metricsFrom: ['sg-0123456789abcdef0', '10.0.0.0/8'],
    });
    expect(fromText).toEqual(fromFile);
    expect(fromText.settings.SUPERADMIN_TELEGRAM_IDS).toBe('1,2');
  });

  it('of queue mode has a task of the smallest size by default, and as many at most as always', () => {
    expect(configuration({ handlers: 'queue' }).handlers).toEqual({
      tasks: 1,
      tasksMax: 1,
      taskSize: { cpu: 256, memoryMiB: 512 },
      spot: false,
    });
    const given = { handlerTasks: 3, handlerTasksMax: 9, handlerCpu: 512, handlerMemory: 2048 };
    expect(configuration({ handlers: 'queue', ...given, handlerSpot: true }).handlers).toEqual({
      tasks: 3,
      tasksMax: 9,
      taskSize: { cpu: 512, memoryMiB: 2048 },
      spot: true,
    });
    expect(configuration({ handlers: 'queue', handlerTasks: 3 }).handlers?.tasksMax).toBe(3);
  });

  it.each([
    [{ handlers: 'both' }, /^handlers: expected one of inline, queue, got "both"/],
    [
      { handlers: 'queue', handlerTasks: 3, handlerTasksMax: 2 },
      'handlerTasksMax: expected at least handlerTasks, which is 3, got 2; raise it, or leave it out',
    ],
    [{ handlers: 'queue', handlerTasks: 0 }, /^handlerTasks: expected a whole number from 1 to 100, got "0"/],
    [
      { handlers: 'queue', handlerMemory: 4096 },
      /^handlerMemory: expected MiB that Fargate offers with handlerCpu 256: /,
    ],
    [
      { handlerTasks: 2 },
      'handlerTasks: expected nothing while handlers is inline, got a value; set handlers=queue too, or leave it out',
    ],
    [{ handlerSpot: true }, /^handlerSpot: expected nothing while handlers is inline/],
  ])('refuses %o', (context, problem) => {
    expect(problemsOf(context)).toEqual([
      typeof problem === 'string' ? problem : expect.stringMatching(problem),
    ]);
  });

  it('offers the sizes that Fargate has, the smallest memory by default', () => {
    expect(configuration({ cpu: 1024 }).taskSize).toEqual({ cpu: 1024, memoryMiB: 2048 });
    expect(configuration({ cpu: '512', memory: '4096' }).taskSize).toEqual({ cpu: 512, memoryMiB: 4096 });
    expect(problemsOf({ memory: 4096 })).toEqual([
      'memory: expected MiB that Fargate offers with cpu 256: 512, 1024, 2048, got "4096"; choose one of these, or leave it out for the first',
    ]);
    expect(problemsOf({ cpu: 300 })[0]).toMatch(/^cpu: expected one of 256, 512, 1024/);
  });

  it('reports all problems at once, one line each, with a fix', () => {
    const problems = problemsOf({
      environment: 'prod',
      standbyCount: -1,
      spot: 'ja',
      alertEmail: 'nobody',
      logRetentionDays: 10,
      superadminTelegramIds: '@boss',
      heartbeatStaleSeconds: 'long',
    });
    expect(problems).toHaveLength(7);
    for (const problem of problems) expect(problem).toMatch(/^\w+: expected .+, got .+; .+$/);
    expect(problems).toContain(
      'standbyCount: expected a whole number from 0 to 4, got "-1"; set such a number, or leave it out',
    );
  });

  it('refuses development workers, which drop updates when they stop', () => {
    expect(problemsOf({ environment: 'development' })).toEqual([
      'environment: expected one of production, staging, got "development"; set one of them, or leave it out for production',
    ]);
  });

  it('refuses a Bot API over unencrypted http in production', () => {
    expect(problemsOf({ telegramApiRoot: 'http://bot-api.internal:8081' })).toEqual([
      expect.stringMatching(/^telegramApiRoot: expected an https address in production, got .+; give .+/),
    ]);
    expect(problemsOf({ telegramApiRoot: 'http://127.0.0.1:8081' })).toEqual([]);
    expect(problemsOf({ telegramApiRoot: 'http://bot-api.internal', environment: 'staging' })).toEqual([]);
  });

  it('refuses an unknown name', () => {
    const [problem] = problemsOf({ standbycount: 1 });
    expect(problem).toMatch(/^standbycount: expected a name that the stack knows, .*standbyCount/);
    expect(problemsOf({ '@aws-cdk/anything': true, 'aws:cdk:anything': 1, 'cli-telemetry': false })).toEqual(
      [],
    );
  });

  it('is described name by name in docs/deploy.md', () => {
    const [problem = ''] = problemsOf({ nosuchname: 1 });
    const names = problem.slice(problem.lastIndexOf(': ') + 2).split(', ');
    const guide = readFileSync(join(import.meta.dirname, '../../docs/deploy.md'), 'utf8');
    const described = [...guide.matchAll(/`(\w+)`/g)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => !described.includes(name))).toEqual([]);
  });

  it('requires a VPC and its subnets together', () => {
    expect(problemsOf({ vpcId: 'vpc-0123456789abcdef0' })).toEqual([
      'subnetIds: expected a value, because vpcId is set, got nothing; set both or neither',
    ]);
    expect(problemsOf({ subnetIds: 'subnet-0123456789abcdef0' })).toEqual([
      'vpcId: expected a value, because subnetIds is set, got nothing; set both or neither',
    ]);
  });

  it.each(['0.0.0.0/0', '10.0.0.0', 'sg-1', '::/0'])('never opens the metrics to %s', (metricsFrom) => {
    expect(problemsOf({ metricsFrom })).toHaveLength(1);
  });

  it.each(['image', 'baseImage'])('takes a whole digest for %s, and none that is cut short', (name) => {
    const pinned = `example.com/node:24@sha256:${'a'.repeat(64)}`;
    expect(problemsOf({ [name]: pinned })).toEqual([]);
    for (const cut of [pinned.slice(0, -1), `${pinned}0`, 'example.com/node@sha256', 'node@24']) {
      expect(problemsOf({ [name]: cut })).toHaveLength(1);
    }
  });

  it('requires handlers that exist, and none beside a prebuilt image', () => {
    expect(problemsOf({ botHandlers: 'services/bot/no-such-file.ts' })).toHaveLength(1);
    const botHandlers = 'test/infra/support/features.ts';
    expect(configuration({ botHandlers }).image.handlers).toBe(botHandlers);
    expect(problemsOf({ image: 'example.com/bot:1', botHandlers })).toHaveLength(1);
  });

  it('passes on nothing that the processes would refuse', () => {
    const edges: readonly Context[] = [
      {},
      { heartbeatStaleSeconds: 60, reminderMinutes: 0, autoRestartMinutes: 1440, logLevel: 'debug' },
      { telegramApiRoot: 'https://bot-api.internal:8081', redisKeyPrefix: 'hr:', notifyLocale: 'en' },
      { superadminTelegramIds: '1,9999999999999999' },
    ];
    for (const context of edges) {
      const { environment, settings } = configuration(context);
      const given: Environment = { ENVIRONMENT: environment, ...settings };
      expect(readSettings(given)).toEqual([]);
    }
  });
});

/** The app as the CDK's command line starts it: with bundling and all validators, without account, network or Docker. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { CfnResource, type Stack } from 'aws-cdk-lib';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { afterAll, describe, expect, it } from 'vitest';
import { addStack } from '../../infra/add-stack.ts';
import { functionFile } from '../../infra/function-entries.ts';
import { cdkJson, configurationOf, makeApp } from './support/synthesised.ts';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'staffprobot-synth-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

function runApp(output: string, context: object): Promise<Ended> {
  const [program = '', ...args] = cdkJson.app.split(' ');
  const env = {
    PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
    CDK_OUTDIR: join(folder, output),
    CDK_CONTEXT_JSON: JSON.stringify({ ...cdkJson.context, ...context }),
    // Whatever looks something up fails at once.
    HTTPS_PROXY: 'http://127.0.0.1:1',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  return new Promise((resolve) => {
    const child = execFile(program, args, { cwd: root, env }, (_error, _stdout, stderr) =>
      resolve({ code: child.exitCode, stderr }),
    );
  });
}

const read = (output: string, file: string): string => readFileSync(join(folder, output, file), 'utf8');

describe('synthesis', () => {
  it('passes every validator and writes the same template and bundles each time', {
    timeout: 180_000,
  }, async () => {
    expect(await runApp('first', {})).toMatchObject({ code: 0 });
    const bundles = readdirSync(join(folder, 'first'), { recursive: true })
      .map(String)
      .filter((file) => file.endsWith(`/${functionFile}`));
    expect(bundles).toHaveLength(3);
    expect(JSON.parse(read('first', 'manifest.json')).missing ?? []).toEqual([]);

    expect(await runApp('second', {})).toMatchObject({ code: 0 });
    expect(read('second', 'StaffProBot.template.json')).toBe(read('first', 'StaffProBot.template.json'));
  });

  it('puts only what the build reads into the image’s context', () => {
    const assets = JSON.parse(read('first', 'StaffProBot.assets.json'));
    const [image] = Object.values<{ source: { directory: string; dockerFile: string } }>(assets.dockerImages);
    const context = join(folder, 'first', image?.source.directory ?? '');
    expect(existsSync(join(context, image?.source.dockerFile ?? ''))).toBe(true);
    expect(readdirSync(context).toSorted()).toEqual([
      '.npmrc',
      'infra',
      'package-lock.json',
      'package.json',
      'services',
    ]);
    expect(readdirSync(join(context, 'services')).toSorted()).toEqual([
      'adapters',
      'bot',
      'core',
      'metrics-sidecar',
    ]);
  });

  it('prints every problem of the context on its own line, with exit code 78', async () => {
    const { code, stderr } = await runApp('wrong', { standbyCount: 'many', sopt: true });
    expect(code).toBe(78);
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringMatching(/^standbyCount: expected a whole number from 0 to 4, got "many"; /),
      expect.stringMatching(/^sopt: expected a name that the stack knows/),
    ]);
    expect(existsSync(join(folder, 'wrong', 'manifest.json'))).toBe(false);
  });
});

/** Without these the stack warns that nobody would hear of an alarm, or know what to do. */
const loud = {
  alertEmail: 'oncall@example.com',
  runbookUrl: 'https://git.example.com/staffprobot/blob/main/docs/runbook.md',
  superadminTelegramIds: '1',
  baseImage: `public.ecr.aws/docker/library/node@sha256:${'0'.repeat(64)}`,
};

describe('the warnings', () => {
  it.each([
    ['nothing while everything is set', {}, []],
    ['nobody gets the alarms by mail', { alertEmail: '' }, [/^alertEmail is not set/]],
    [
      'mails lead nowhere',
      { runbookUrl: '' },
      [/^runbookUrl is not set to a web address: .* docs\/runbook\.md#/],
    ],
    [
      'the base may change',
      { baseImage: '' },
      [/^baseImage is not set, so the base is a tag: .*docs\/deploy\.md/],
    ],
    ['the base is a tag', { baseImage: 'node:24' }, [/^baseImage is a tag, node:24: /]],
    ['the image is a tag', { baseImage: '', image: 'example.com/bot:1' }, [/^image is a tag, example\.com/]],
    ['nothing of a tag in staging', { baseImage: '', environment: 'staging' }, []],
    ['no superadmin hears', { superadminTelegramIds: '' }, [/^superadminTelegramIds is not set/]],
  ])('say: %s', (_what, context, expected) => {
    const { metadata } = addStack(makeApp(), configurationOf({ ...loud, ...context })).node;
    const said = metadata.filter(({ type }) => type === 'aws:cdk:warning').map(({ data }) => String(data));
    expect(said).toEqual(expected.map((text) => expect.stringMatching(text)));
  });
});

describe('the validators', () => {
  const synthesiseWith = (add: (stack: Stack) => unknown) => () => {
    const app = makeApp();
    add(addStack(app, configurationOf(loud)));
    app.synth();
  };

  it('are cdk-nag', () => {
    expect(synthesiseWith((stack) => new Queue(stack, 'Bad'))).toThrow(/AwsSolutions-SQS4/);
  });

  it('are the template rules, as errors', () => {
    const properties = { ComparisonOperator: 'LessThanThreshold', EvaluationPeriods: 1, Threshold: 1 };
    const bad = synthesiseWith(
      (stack) => new CfnResource(stack, 'NoMetric', { type: 'AWS::CloudWatch::Alarm', properties }),
    );
    expect(bad).toThrow(/CloudFormation-Validate/);
  });

  it('are the guard rules', () => {
    const bad = synthesiseWith((stack) => new LogGroup(stack, 'Bad', { retention: RetentionDays.INFINITE }));
    expect(bad).toThrow(/log-retention/);
  });

  it.each([
    { links: true },
    { paused: true, boundConcurrency: true },
    { network: 'private', standbyCount: 1, spot: true, autoRestartMinutes: 10 },
    { vpcId: 'vpc-0123456789abcdef0', subnetIds: 'subnet-0123456789abcdef0', metricsFrom: '10.0.0.0/16' },
    { image: 'example.com/staffprobot:1', environment: 'staging' },
    { handlers: 'queue', handlerTasks: 2, handlerTasksMax: 10, handlerSpot: true },
    { handlers: 'queue', paused: true, metricsToken: true },
  ])('find nothing wrong with the stack for %o', (context) => {
    const app = makeApp();
    addStack(app, configurationOf(context));
    expect(() => app.synth()).not.toThrow();
  });
});

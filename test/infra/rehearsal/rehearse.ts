/** The steps of the rehearsal, in the order in which a person would take them. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { alarms } from '../../../infra/alarms.ts';
import { type Account, accountId, region } from './account.ts';
import { type Aws, functionNames, type Names, outputsOf, succeeded, text } from './deployed.ts';
import { handleAnUpdate } from './queue-mode.ts';
import { copies, filledSecret, fillSecret } from './secret.ts';
import { type Ended, run, type Tools } from './tools.ts';

export interface Stage {
  readonly tools: Tools;
  readonly account: Account;
  readonly folder: string;
  readonly store: { readonly url: string; readonly token: string };
  readonly telegramUrl: string;
  /** The commit of the version that is upgraded. */
  readonly from: string;
}

const root = join(import.meta.dirname, '../../..');

/** The exit code: 0 when every step did what it should. */
export async function rehearse(stage: Stage): Promise<number> {
  const steps = stepsOf(stage);
  let passed = 0;
  for (const [what, step] of steps) {
    const startMs = performance.now();
    try {
      await step();
      passed += 1;
      process.stdout.write(`ok      ${what} (${((performance.now() - startMs) / 1000).toFixed(1)} s)\n`);
    } catch (error) {
      process.stdout.write(`FAILED  ${what}\n${error instanceof Error ? error.message : String(error)}\n`);
      process.stdout.write(`${relevant(stage.account.log())}\n`);
      break;
    }
  }
  process.stdout.write(`rehearsal: ${passed} passed, ${steps.length - passed} failed\n`);
  return passed === steps.length ? 0 : 1;
}

function stepsOf(stage: Stage): readonly [what: string, step: () => Promise<void>][] {
  const { cdk, aws, invoke, invokeRaw } = toolsOf(stage);
  const fill = (changes: Readonly<Record<string, string>>) => fillSecret(stage, { aws, invoke }, changes);
  const deploy = (...context: string[]): Promise<Ended> =>
    cdk('deploy', '--require-approval', 'never', ...contextOf(stage, context));
  /** What the deploy before has synthesised. */
  const asBefore = ['--app', outputOf(stage)];
  let functions: Names = { monitor: '', ops: '', check: '' };

  return [
    [
      'bootstrap an empty account',
      async () => succeeded(await cdk('bootstrap', '--app', '', `aws://${accountId}/${region}`)),
    ],
    [
      `deploy the version before (${stage.from}), with nothing running yet`,
      async () => {
        const app = `${process.execPath} ${join(await sourceOf(stage), 'infra/app.ts')}`;
        const context = contextOf(stage, ['paused=true']);
        succeeded(await cdk('deploy', '--app', app, '--require-approval', 'never', ...context));
      },
    ],
    ['upgrade it, with nothing running yet', async () => succeeded(await deploy('paused=true'))],
    [
      'a deploy with an empty secret fails with a clear line',
      async () => {
        const { code, output } = await deploy();
        assert.notEqual(code, 0, output);
        assert.match(output, /TELEGRAM_BOT_TOKEN_PROD: expected a value in the secret, got nothing/);
      },
    ],
    [
      'fill in the secret, as the outputs say',
      async () => {
        const problem = await fill({ UPSTASH_REDIS_REST_TOKEN: 'of-another-store' });
        assert.match(problem ?? '', /UPSTASH_REDIS_REST_TOKEN/);
      },
    ],
    [
      'a deploy with an entry that does not work fails with a clear line, and starts nothing',
      async () => {
        const { code, output } = await deploy();
        assert.notEqual(code, 0, output);
        assert.match(output, /the store cannot be used: .*UPSTASH_REDIS_REST_TOKEN/);
        assert.doesNotMatch(output, /of-another-store/);
        const { State } = await everyMinute(aws);
        assert.equal(State, 'DISABLED');
      },
    ],
    ['correct the secret', async () => assert.equal(await fill({}), null)],
    ['deploy', async () => succeeded(await cdk('deploy', '--require-approval', 'never', ...asBefore))],
    [
      'deploy again: no changes',
      async () => {
        const ended = await deploy();
        succeeded(ended);
        assert.match(ended.output, /\(no changes\)/);
      },
    ],
    [
      'the outputs name what a person needs',
      async () => {
        const outputs = await outputsOf(aws);
        assert.match(outputs.get('StatusCommand') ?? '', /^aws lambda invoke .*"action":"status"/);
        assert.match(
          outputs.get('FillSecretCommand') ?? '',
          /put-secret-value .*secret:StaffProBot-production.*lambda invoke .*"action":"copy"/,
        );
        assert.match(outputs.get('ShellCommand') ?? '', /^export ENVIRONMENT='production' .*ECS_CLUSTER='\w/);
        assert.match(outputs.get('PrometheusTarget') ?? '', /:9464$/);
        functions = await functionNames(aws);
        assert.equal(outputs.get('OpsFunctionName'), functions.ops);
      },
    ],
    [
      'each reader has its entries and no other',
      async () => {
        const { monitor, ops } = await copies(aws);
        const [common, link] = [
          ['TELEGRAM_BOT_TOKEN_PROD', 'UPSTASH_REDIS_REST_URL', 'UPSTASH_REDIS_REST_TOKEN'],
          'OPS_LINK_SECRET',
        ];
        assert.deepEqual(Object.keys(monitor), [...common, link, 'WATCHDOG_PING_URL']);
        assert.deepEqual(Object.keys(ops), [...common, link]);
        assert.equal(ops[link], (await filledSecret(aws)).entries[link]);
      },
    ],
    [
      'the monitor is called every minute and given up after one',
      async () => {
        const rule = await everyMinute(aws);
        assert.equal(rule.State, 'ENABLED');
        const { Targets } = JSON.parse(
          await text(aws, 'events', 'list-targets-by-rule', '--rule', rule.Name),
        );
        assert.equal(Targets[0].RetryPolicy.MaximumRetryAttempts, 0);
        const config = await text(
          aws,
          'lambda',
          'get-function-event-invoke-config',
          '--function-name',
          functions.monitor,
        );
        assert.equal(JSON.parse(config).MaximumRetryAttempts, 0);
      },
    ],
    [
      'every alarm is there and tells the topic, which lets CloudWatch in',
      async () => {
        const { MetricAlarms } = JSON.parse(await text(aws, 'cloudwatch', 'describe-alarms'));
        // One more says that the worker starts.
        assert.equal(MetricAlarms.length, Object.keys(alarms).length + 1);
        const topics = new Set(MetricAlarms.flatMap(({ AlarmActions }: Alarm) => AlarmActions));
        assert.equal(topics.size, 1);
        const [topic] = [...topics] as string[];
        const get = ['get-topic-attributes', '--topic-arn', topic ?? ''];
        const { Attributes } = JSON.parse(await text(aws, 'sns', ...get));
        assert.match(Attributes.Policy, /cloudwatch\.amazonaws\.com/);
      },
    ],
    [
      'the ops function answers the real command line',
      async () => {
        const { answer } = await invoke(functions.ops, { action: 'status' });
        assert.equal(answer.ok, true, JSON.stringify(answer));
        assert.equal(answer.action, 'status');
        const refused = await invoke(functions.ops, { action: 'explode' });
        assert.equal(refused.answer.error.code, 'UNKNOWN_ACTION');
      },
    ],
    [
      'the ops function streams its pages to its URL, under their head',
      async () => {
        const request = {
          version: '2.0',
          rawPath: '/nothing',
          headers: {},
          requestContext: { domainName: 'links.example.com', http: { method: 'GET', path: '/nothing' } },
        };
        const [head = '', page = ''] = (await invokeRaw(functions.ops, request)).text.split('\0'.repeat(8));
        assert.equal(JSON.parse(head).statusCode, 403);
        assert.match(page, /^<!doctype html>/);
      },
    ],
    [
      'the monitor runs, and says so in the metric that its alarm asks for',
      async () => {
        const { log } = await invoke(functions.monitor, {});
        assert.match(log, /"MonitorPass":1/);
        const { MetricAlarms } = JSON.parse(await text(aws, 'cloudwatch', 'describe-alarms'));
        const alarm = MetricAlarms.find(({ MetricName }: Alarm) => MetricName === 'MonitorPass');
        const [{ Name, Value }] = alarm.Dimensions;
        assert.equal(Value, functions.monitor);
        assert.ok(log.includes(`"${Name}":"${Value}"`), log);
      },
    ],
    [
      'a standby, and cdk diff says what it changes',
      async () => {
        const diff = await cdk('diff', '--change-set=false', ...contextOf(stage, ['standbyCount=1']));
        assert.match(diff.output, /DesiredCount/);
        succeeded(await deploy('standbyCount=1'));
      },
    ],
    [
      'queue mode: both tasks start as they were deployed, and an update flows through the queue',
      async () => {
        succeeded(await deploy('handlers=queue'));
        assert.match((await outputsOf(aws)).get('UpdatesQueueUrl') ?? '', /\.fifo$/);
        await handleAnUpdate({ ...stage, aws });
      },
    ],
    ['back to inline', async () => succeeded(await deploy())],
    [
      'the stack cannot be destroyed by accident',
      async () => {
        const { code, output } = await cdk('destroy', '--force', ...asBefore);
        assert.notEqual(code, 0, output);
        assert.match(output, /[Tt]ermination ?[Pp]rotection/);
      },
    ],
    [
      'destroy on purpose, and nothing is left',
      async () => {
        succeeded(await deploy('protected=false'));
        succeeded(await cdk('destroy', '--force', ...asBefore));
        const { Functions } = JSON.parse(await text(aws, 'lambda', 'list-functions'));
        const { Rules } = JSON.parse(await text(aws, 'events', 'list-rules'));
        const { MetricAlarms } = JSON.parse(await text(aws, 'cloudwatch', 'describe-alarms'));
        const { SecretList } = JSON.parse(await text(aws, 'secretsmanager', 'list-secrets'));
        assert.deepEqual([Functions, Rules, MetricAlarms, SecretList], [[], [], [], []]);
      },
    ],
  ];
}

interface Rule {
  readonly Name: string;
  readonly State: string;
  readonly ScheduleExpression?: string;
}
interface Alarm {
  readonly MetricName: string;
  readonly AlarmActions: readonly string[];
}

function toolsOf({ tools, account, folder }: Stage) {
  const { environment: env } = account;
  const cdk = (...args: string[]): Promise<Ended> => run(process.execPath, [tools.cdk, ...args], { env });
  const aws: Aws = (...args) => run(tools.aws, args, { env });
  const invokeRaw = async (name: string, payload: object) => {
    const file = join(folder, 'answer.json');
    const given = ['--function-name', name, '--payload', JSON.stringify(payload), '--log-type', 'Tail'];
    const result = JSON.parse(await text(aws, 'lambda', 'invoke', ...given, file));
    const answer = readFileSync(file, 'utf8');
    assert.equal(result.FunctionError, undefined, answer);
    return { text: answer, log: Buffer.from(result.LogResult ?? '', 'base64').toString() };
  };
  const invoke = async (name: string, payload: object) => {
    const { text: answer, log } = await invokeRaw(name, payload);
    return { answer: JSON.parse(answer), log };
  };
  return { cdk, aws, invoke, invokeRaw };
}

/** That version's source, with this checkout's packages. */
async function sourceOf({ folder, from }: Stage): Promise<string> {
  const [archive, source] = [join(folder, 'before.tar'), join(folder, 'before')];
  mkdirSync(source);
  succeeded(await run('git', ['archive', '--output', archive, from]));
  succeeded(await run('tar', ['--extract', '--file', archive, '--directory', source]));
  symlinkSync(join(root, 'node_modules'), join(source, 'node_modules'));
  return source;
}

/** The pretend account pulls no image: its address is enough. */
function contextOf(stage: Stage, more: readonly string[]): readonly string[] {
  const context = [
    'image=example.com/staffprobot:rehearsal',
    `telegramApiRoot=${stage.telegramUrl}`,
    'alertEmail=oncall@example.com',
    'superadminTelegramIds=7',
    'links=true',
    ...more,
  ];
  return ['--output', outputOf(stage), ...context.flatMap((entry) => ['-c', entry])];
}

function outputOf({ folder }: Stage): string {
  return join(folder, 'cdk.out');
}

/** The rule that calls the monitor. */
async function everyMinute(aws: Aws): Promise<Rule> {
  const { Rules } = JSON.parse(await text(aws, 'events', 'list-rules')) as { Rules: readonly Rule[] };
  const rule = Rules.find(({ ScheduleExpression }) => ScheduleExpression === 'rate(1 minute)');
  assert.ok(rule);
  return rule;
}

/** Requests that went well are no news. */
function relevant(log: string): string {
  const lines = log.split('\n').filter((line) => !/"(GET|POST|PUT|HEAD|DELETE) .* 20\d -$/.test(line));
  return lines.slice(-30).join('\n');
}

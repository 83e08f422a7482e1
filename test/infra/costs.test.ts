import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { everyMinutes, metrics } from '../../functions/heartbeat-monitor/contract.ts';
import { type CostVariant, renderCostPage } from '../../infra/cost-page.ts';
import { type CostLine, monthlyCosts, monthlyStoreCalls, queueCosts, total } from '../../infra/costs.ts';
import type { Template } from '../../infra/guard-rules/template.ts';
import { luaScript } from '../../services/adapters/redis/lua-scripts.ts';
import { readSettings } from '../../services/core/settings/settings.ts';
import { synthesise } from './support/synthesised.ts';

const page = join(import.meta.dirname, '../../docs/costs.md');
const customMetrics = Object.keys(metrics).length;

const templateOf = (context = {}): Template => synthesise(context).toJSON() as Template;
const linesOf = (context = {}): readonly CostLine[] => monthlyCosts(templateOf(context), { customMetrics });

const variants: readonly CostVariant[] = (
  [
    ['one task', {}],
    ['hot standby', { standbyCount: 1 }],
    ['behind NAT', { network: 'private' }],
    ['on Spot', { spot: true }],
    ['queue mode', { handlers: 'queue' }],
  ] as const
).map(([title, context]) => ({
  title,
  context: Object.entries(context)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' '),
  lines: linesOf(context),
}));

/** The more arrive, the more of them share a request: up to ten. */
const loads = [
  { updatesPerSecond: 1, perRequest: 1 },
  { updatesPerSecond: 10, perRequest: 1 },
  { updatesPerSecond: 100, perRequest: 2 },
  { updatesPerSecond: 1000, perRequest: 10 },
];

/** The times with which the processes run when nothing else is said. */
function storeLines() {
  const read = readSettings({
    TELEGRAM_BOT_TOKEN_DEV: '1:a',
    UPSTASH_REDIS_REST_URL: 'https://store.example.com',
    UPSTASH_REDIS_REST_TOKEN: 'b',
  });
  if (!read.ok) throw new Error(read.problems.join('\n'));
  const { ttlMs, renewMs } = read.settings.lease;
  const use = (who: string, script: string, everySeconds: number) => {
    const { name, source } = luaScript(script);
    return monthlyStoreCalls({ who, script: name, everySeconds, source });
  };
  return [
    use('the leader, at every renewal', 'lease/renew-polling-lock-5', renewMs / 1000),
    use('the monitor, at every run', 'outage/watch-bot-10', everyMinutes * 60),
    use('each standby, once a lease', 'lease/acquire-polling-lock-8', ttlMs / 1000),
  ];
}

describe('the cost page', () => {
  it('matches the code', async () => {
    await expect(
      renderCostPage({ variants, store: storeLines(), queue: loads.map(queueCosts) }),
    ).toMatchFileSnapshot(page);
  });
});

it('the deploy guide gives the sums of one task in whole dollars', () => {
  const guide = readFileSync(join(import.meta.dirname, '../../docs/deploy.md'), 'utf8').replace(/\s+/g, ' ');
  const sum = (column: 'amount' | 'withAllowance'): string => total(linesOf(), column).toFixed(0);
  expect(guide).toContain(
    `about ${sum('amount')} dollars a month at list price, and about ${sum('withAllowance')} in`,
  );
});

describe('the costs', () => {
  const sum = (context: object) => total(linesOf(context), 'withAllowance');

  it('match the measured ones within a dollar', () => {
    expect(sum({})).toBeGreaterThan(14);
    expect(sum({})).toBeLessThan(16);
    expect(sum({ standbyCount: 1 })).toBeLessThan(27);
    expect(sum({ network: 'private' })).toBeLessThan(49);
    expect(sum({ spot: true })).toBeLessThan(11);
  });

  it('follow the template: a second task costs twice as much', () => {
    const fargate = (context: object) => linesOf(context).find(({ what }) => what === 'Fargate')?.amount ?? 0;
    expect(fargate({ standbyCount: 1 })).toBeCloseTo(2 * fargate({}));
    expect(fargate({ handlers: 'queue' })).toBeCloseTo(2 * fargate({}));
    expect(fargate({ handlers: 'queue', handlerCpu: 512 })).toBeCloseTo(3 * fargate({}));
    expect(fargate({ paused: true, handlers: 'queue' })).toBe(0);
  });

  it('leave out no resource that costs money', () => {
    const counted = [
      'AWS::CloudWatch::Alarm',
      'AWS::CloudWatch::CompositeAlarm',
      'AWS::CloudWatch::Dashboard',
      'AWS::EC2::EIP',
      'AWS::EC2::NatGateway',
      'AWS::ECS::Service',
      'AWS::ECS::TaskDefinition',
      'AWS::Events::Rule',
      'AWS::KMS::Key',
      'AWS::Lambda::Function',
      'AWS::Logs::LogGroup',
      'AWS::SecretsManager::Secret',
      'AWS::ServiceDiscovery::PrivateDnsNamespace',
      'AWS::ServiceDiscovery::Service',
    ];
    // These cost nothing, or, as topics and queues of events, nothing worth a line for a few messages a month.
    const free =
      /^AWS::(ApplicationAutoScaling::|IAM::|Lambda::(Permission|EventInvokeConfig|Url)$|SNS::|SQS::|EC2::(VPC|Subnet|Route|InternetGateway|SecurityGroup)|ECS::Cluster)|^Custom::/;
    const templates = [
      { links: true },
      { network: 'private' },
      { handlers: 'queue', handlerTasksMax: 2 },
    ].map(templateOf);
    const types = templates.flatMap(({ Resources }) =>
      Object.values(Resources ?? {}).map(({ Type }) => Type),
    );
    expect([...new Set(types)].filter((type) => !counted.includes(type) && !free.test(type))).toEqual([]);
  });
});

/**
 * What a stack costs a month, line by line, computed from its own template.
 *
 * Prices are list prices of us-east-1 in US dollars without tax; other regions differ by 10 or 20 %. Check them against
 * the price pages named beside them before you rely on a sum.
 */
import { at, resourcesOf, type Template, textOf } from './guard-rules/template.ts';

const hoursAMonth = 730;
const minutesAMonth = hoursAMonth * 60;

/** @see https://aws.amazon.com/fargate/pricing/ and the price page of each service */
export const prices = {
  fargateArmVcpuHour: 0.03238,
  fargateArmGbHour: 0.00356,
  /** The usual Spot price, as a share of the list price; it changes. */
  fargateSpotShare: 0.3,
  publicIpv4Hour: 0.005,
  natGatewayHour: 0.045,
  kmsKeyMonth: 1,
  secretMonth: 0.4,
  hostedZoneMonth: 0.5,
  cloudMapInstanceMonth: 0.1,
  alarmMonth: 0.1,
  compositeAlarmMonth: 0.5,
  customMetricMonth: 0.3,
  dashboardMonth: 3,
  logGb: 0.5,
  imageGbMonth: 0.1,
  lambdaArmGbSecond: 0.0000133334,
  lambdaRequest: 0.0000002,
  /** @see https://aws.amazon.com/sqs/pricing/, FIFO, the first 100 billion */
  sqsFifoMillionRequests: 0.5,
  /** @see https://upstash.com/pricing/redis, read in November 2026 */
  storeHundredThousandCommands: 0.2,
} as const;

/** What the template does not say. */
export const assumptions = {
  monitorRunSeconds: 0.5,
  logGbMonth: 0.1,
  imageGb: 0.1,
} as const;

/** What AWS gives every account free each month, for ever. */
const free = {
  alarms: 10,
  customMetrics: 10,
  dashboards: 3,
  lambdaGbSeconds: 400_000,
  lambdaRequests: 1_000_000,
  sqsMillionRequests: 1,
};

export interface CostLine {
  readonly what: string;
  readonly amount: number;
  /** The amount if nothing else in the account uses the free allowance. */
  readonly withAllowance: number;
}

export interface CostOptions {
  /** The number of metrics that the monitor writes. */
  readonly customMetrics: number;
}

export function monthlyCosts(template: Template, { customMetrics }: CostOptions): readonly CostLine[] {
  const count = (type: string): number => resourcesOf(template, type).length;
  const fixed = (what: string, amount: number): CostLine => ({ what, amount, withAllowance: amount });
  const allowed = (what: string, used: number, included: number, price: number): CostLine => ({
    what,
    amount: used * price,
    withAllowance: Math.max(0, used - included) * price,
  });
  const services = servicesOf(template);
  const sum = (of: (service: Service) => number): number =>
    services.reduce((before, service) => before + of(service), 0);
  const publicAddresses = sum(({ tasks, isPublic }) => (isPublic ? tasks : 0));
  return [
    fixed('Fargate', sum(({ tasks, taskHour }) => tasks * taskHour) * hoursAMonth),
    fixed(
      'Public IPv4 addresses',
      (publicAddresses + count('AWS::EC2::EIP')) * prices.publicIpv4Hour * hoursAMonth,
    ),
    fixed('NAT gateway', count('AWS::EC2::NatGateway') * prices.natGatewayHour * hoursAMonth),
    fixed('KMS key', count('AWS::KMS::Key') * prices.kmsKeyMonth),
    fixed('Secrets', count('AWS::SecretsManager::Secret') * prices.secretMonth),
    fixed(
      'Name inside the VPC',
      count('AWS::ServiceDiscovery::PrivateDnsNamespace') * prices.hostedZoneMonth +
        sum(({ tasks }) => tasks) * prices.cloudMapInstanceMonth,
    ),
    fixed(
      'Logs and image',
      assumptions.logGbMonth * prices.logGb + assumptions.imageGb * prices.imageGbMonth,
    ),
    monitorLine(template),
    allowed('Alarms', count('AWS::CloudWatch::Alarm'), free.alarms, prices.alarmMonth),
    fixed('Composite alarms', count('AWS::CloudWatch::CompositeAlarm') * prices.compositeAlarmMonth),
    allowed('Metrics of the monitor', customMetrics, free.customMetrics, prices.customMetricMonth),
    allowed('Dashboard', count('AWS::CloudWatch::Dashboard'), free.dashboards, prices.dashboardMonth),
  ];
}

interface Service {
  readonly tasks: number;
  readonly taskHour: number;
  readonly isPublic: boolean;
}

/** With as many tasks as always run. */
function servicesOf(template: Template): readonly Service[] {
  const definitions = resourcesOf(template, 'AWS::ECS::TaskDefinition');
  return resourcesOf(template, 'AWS::ECS::Service').map(({ id, properties }) => {
    const { DesiredCount, NetworkConfiguration, CapacityProviderStrategy } = properties;
    const task = definitions.find(({ id: name }) => name === at(properties['TaskDefinition'], 'Ref'));
    if (task === undefined) throw new Error(`${id} has no task definition in the template`);
    const vcpu = Number(task.properties['Cpu']) / 1024;
    const gb = Number(task.properties['Memory']) / 1024;
    const listed = vcpu * prices.fargateArmVcpuHour + gb * prices.fargateArmGbHour;
    const isSpot = textOf(CapacityProviderStrategy).includes('FARGATE_SPOT');
    return {
      tasks: Number(DesiredCount),
      taskHour: isSpot ? listed * prices.fargateSpotShare : listed,
      isPublic: at(NetworkConfiguration, 'AwsvpcConfiguration', 'AssignPublicIp') === 'ENABLED',
    };
  });
}

/** Leaves out the ops function: it runs only for repairs. */
function monitorLine(template: Template): CostLine {
  const schedules = resourcesOf(template, 'AWS::Events::Rule').filter(({ properties }) =>
    textOf(properties['ScheduleExpression']).startsWith('rate('),
  );
  const requests = schedules.length * minutesAMonth;
  const memoryGb = Math.max(
    ...resourcesOf(template, 'AWS::Lambda::Function').map(({ properties }) =>
      Number(properties['MemorySize']),
    ),
  );
  const gbSeconds = (requests * assumptions.monitorRunSeconds * memoryGb) / 1024;
  const cost = (seconds: number, calls: number): number =>
    seconds * prices.lambdaArmGbSecond + calls * prices.lambdaRequest;
  return {
    what: 'Lambda: the monitor',
    amount: cost(gbSeconds, requests),
    withAllowance: cost(
      Math.max(0, gbSeconds - free.lambdaGbSeconds),
      Math.max(0, requests - free.lambdaRequests),
    ),
  };
}

export interface StoreUse {
  readonly who: string;
  readonly script: string;
  readonly everySeconds: number;
  /** The Lua source, to count its commands. */
  readonly source: string;
}

export interface StoreLine {
  readonly who: string;
  readonly script: string;
  readonly calls: number;
  /** With every command in every branch of the script counted too. */
  readonly commandsMax: number;
}

/** Calls a month by an idle process. */
export function monthlyStoreCalls({ who, script, everySeconds, source }: StoreUse): StoreLine {
  const calls = (hoursAMonth * 3600) / everySeconds;
  const inside = source.match(/\bredis\.p?call\(/g)?.length ?? 0;
  return { who, script, calls, commandsMax: calls * (1 + inside) };
}

/** What the store's pay-as-you-go plan asks for so many commands. */
export function storePrice(commands: number): number {
  return (commands / 100_000) * prices.storeHundredThousandCommands;
}

export function total(lines: readonly CostLine[], column: 'amount' | 'withAllowance'): number {
  return lines.reduce((sum, line) => sum + line[column], 0);
}

/** What the queue costs at a steady load. */
export interface QueueLine {
  readonly updatesPerSecond: number;
  /** How many messages one request carries; the more arrive, the fuller it is. */
  readonly perRequest: number;
  readonly millionRequests: number;
  readonly amount: number;
  readonly withAllowance: number;
}

/** Each message is sent, received and deleted. Requests of over 64 kB count more than once; updates are far smaller. */
const requestsPerMessage = 3;

export function queueCosts({
  updatesPerSecond,
  perRequest,
}: Pick<QueueLine, 'updatesPerSecond' | 'perRequest'>): QueueLine {
  const messages = updatesPerSecond * hoursAMonth * 3600;
  const millionRequests = (messages * requestsPerMessage) / perRequest / 1e6;
  const price = (millions: number): number => millions * prices.sqsFifoMillionRequests;
  return {
    updatesPerSecond,
    perRequest,
    millionRequests,
    amount: price(millionRequests),
    withAllowance: price(Math.max(0, millionRequests - free.sqsMillionRequests)),
  };
}

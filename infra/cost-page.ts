/**
 * Renders `docs/costs.md` from the computed lines. A test keeps the page up to date.
 *
 * Tested by: test/infra/costs.test.ts
 */
import {
  assumptions,
  type CostLine,
  prices,
  type QueueLine,
  type StoreLine,
  storePrice,
  total,
} from './costs.ts';

export interface CostVariant {
  readonly title: string;
  /** The options of `npx cdk deploy` for it, besides the usual values. */
  readonly context: string;
  readonly lines: readonly CostLine[];
}

export interface CostPage {
  readonly variants: readonly CostVariant[];
  readonly store: readonly StoreLine[];
  readonly queue: readonly QueueLine[];
}

export function renderCostPage({ variants, store, queue }: CostPage): string {
  return `${[
    '# What it costs a month',
    '',
    '`infra/costs.ts` computes this page from the stack’s templates and from constants in the code; a test keeps it up to',
    'date (`npx vitest run test/infra/costs.test.ts -u` rewrites it). The prices are list prices of us-east-1 in US',
    'dollars, without tax and data transfer: check the [price list](https://aws.amazon.com/pricing/) for your region',
    'before you rely on a sum.',
    '',
    ...costTable(variants),
    '',
    `Assumed: a run of the monitor takes ${assumptions.monitorRunSeconds} s, logs take ${assumptions.logGbMonth} GB, the image ${assumptions.imageGb} GB.`,
    'The allowance is what AWS gives every account free of charge, for ever: 10 alarms, 10 metrics, 3 dashboards, 400,000',
    'GB-seconds of Lambda, a million requests of SQS. NAT is counted by the hour; each GB through it costs extra. The KMS key is rotated once a year:',
    `each of the first two rotations adds ${prices.kmsKeyMonth} dollar a month for good. After a \`cdk destroy\` stay the key, for a week at no cost,`,
    'and the images and bundles of past deploys in the bootstrap’s repository and bucket, at a few cents a month.',
    '',
    '| variant | options besides [the usual values](deploy.md#2-make-the-stack-with-nothing-running-yet) of `npx cdk deploy` |',
    '| --- | --- |',
    ...variants.map(({ title, context }) => `| ${title} | ${context === '' ? 'none' : `\`${context}\``} |`),
    '',
    '## Commands of the Redis store',
    '',
    'What an idle bot needs, without a single message. A message that is handled before the next poll adds nothing; a',
    'handler that takes longer adds one call, and so does each poll that brings five messages or more, which is where',
    'about a hundred arrive in a second. The store may bill a script as one command or as the commands inside it: the',
    'last column counts every command in every branch, so it is an upper bound.',
    '',
    ...storeTable(store),
    '',
    ...storePrices(store),
    '',
    '## Requests of the updates queue',
    '',
    'Only with `-c handlers=queue`, and beside the tasks that run handlers, which the column *queue mode* above counts once.',
    'A steady load, day and night; each update is sent, received and deleted, and the more arrive, the more share a request.',
    'The worker asks every 5 s how much waits, and the monitor every minute: 0.7 million requests, 0.35 dollars.',
    '',
    ...queueTable(queue),
  ].join('\n')}\n`;
}

function costTable(variants: readonly CostVariant[]): readonly string[] {
  const names = variants[0]?.lines.map(({ what }) => what) ?? [];
  const cells = (value: (variant: CostVariant) => number): string =>
    variants.map((variant) => `${value(variant).toFixed(2)} |`).join(' ');
  return [
    `| line | ${variants.map(({ title }) => `${title} |`).join(' ')}`,
    `| --- | ${variants.map(() => '---: |').join(' ')}`,
    ...names.map((name, index) => `| ${name} | ${cells(({ lines }) => lines[index]?.amount ?? Number.NaN)}`),
    `| **Sum at list price** | ${cells(({ lines }) => total(lines, 'amount'))}`,
    `| **Sum with the allowance** | ${cells(({ lines }) => total(lines, 'withAllowance'))}`,
  ];
}

function queueTable(lines: readonly QueueLine[]): readonly string[] {
  return [
    '| updates a second | updates a request | million requests a month | dollars a month | with the allowance |',
    '| ---: | ---: | ---: | ---: | ---: |',
    ...lines.map(
      ({ updatesPerSecond, perRequest, millionRequests, amount, withAllowance }) =>
        `| ${updatesPerSecond.toLocaleString('en-US')} | ${perRequest} | ${millionRequests.toFixed(1)} | ${amount.toFixed(2)} | ${withAllowance.toFixed(2)} |`,
    ),
  ];
}

function storePrices(lines: readonly StoreLine[]): readonly string[] {
  const dollars = (pick: (line: StoreLine) => number): string =>
    storePrice(lines.reduce((before, line) => before + pick(line), 0)).toFixed(2);
  return [
    `By the [price list of Upstash](https://upstash.com/pricing/redis) these cost ${dollars(({ calls }) => calls)} to ${dollars(({ commandsMax }) => commandsMax)} dollars a month`,
    `when they are paid by use (${prices.storeHundredThousandCommands.toFixed(2)} dollars for 100,000 commands), and nothing more in a plan with a fixed price. The`,
    'free plan allows 500,000 commands a month: an idle bot can use it up, and then the bot stands still.',
  ];
}

function storeTable(lines: readonly StoreLine[]): readonly string[] {
  const number = (value: number): string => Math.round(value).toLocaleString('en-US');
  const sum = (pick: (line: StoreLine) => number): number =>
    lines.reduce((before, line) => before + pick(line), 0);
  return [
    '| who | script | calls a month | commands at most |',
    '| --- | --- | ---: | ---: |',
    ...lines.map(
      ({ who, script, calls, commandsMax }) =>
        `| ${who} | \`${script}\` | ${number(calls)} | ${number(commandsMax)} |`,
    ),
    `| **All** | | ${number(sum(({ calls }) => calls))} | ${number(sum(({ commandsMax }) => commandsMax))} |`,
  ];
}

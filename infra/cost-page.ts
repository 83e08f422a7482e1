/** `docs/costs.md`, made of the computed lines. A test writes it and holds it to them. */
import { assumptions, type CostLine, type StoreLine, total } from './costs.ts';

export interface CostVariant {
  readonly title: string;
  /** How to get it: what stands beside the usual values of `npx cdk deploy`. */
  readonly context: string;
  readonly lines: readonly CostLine[];
}

export interface CostPage {
  readonly variants: readonly CostVariant[];
  readonly store: readonly StoreLine[];
}

export function renderCostPage({ variants, store }: CostPage): string {
  return `${[
    '# What it costs a month',
    '',
    'Computed from the stack’s own templates and from constants in the code by `infra/costs.ts`; a test keeps this page',
    'and the code together (`npx vitest run test/infra/costs.test.ts -u` writes it anew). List prices of us-east-1 in US',
    'dollars, without tax and data transfer: check the [price list](https://aws.amazon.com/pricing/) for your region',
    'before you rely on a sum.',
    '',
    ...costTable(variants),
    '',
    `Assumed: a run of the monitor takes ${assumptions.monitorRunSeconds} s, logs take ${assumptions.logGbMonth} GB, the image ${assumptions.imageGb} GB.`,
    'The allowance is what AWS gives every account for ever: 10 alarms, 10 metrics, 3 dashboards, 400,000 GB-seconds of',
    'Lambda. NAT costs its hours; each GB through it comes on top.',
    '',
    '| variant | beside [the usual values](deploy.md#2-make-the-stack-with-nothing-running-yet) of `npx cdk deploy` |',
    '| --- | --- |',
    ...variants.map(
      ({ title, context }) => `| ${title} | ${context === '' ? 'nothing' : `\`${context}\``} |`,
    ),
    '',
    '## Commands of the Redis store',
    '',
    'What it takes to be there, with no message to handle. A fast, quiet bot adds nothing; a handler that is not done',
    'when the next poll is due adds one call. The store may bill a script as one command or as the commands inside it:',
    'the last column counts every command of every branch, so the truth lies below it.',
    '',
    ...storeTable(store),
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

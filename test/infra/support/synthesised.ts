/** The stack's template, without the command line: from the context of `cdk.json` and a test's own. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { onTestFinished } from 'vitest';
import { type Configuration, type Context, readConfiguration } from '../../../infra/configuration.ts';
import { StaffProBotStack } from '../../../infra/staffprobot-stack.ts';

const root = join(import.meta.dirname, '../../..');

export const cdkJson = JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8')) as {
  app: string;
  context: Context;
};

/** Most tests need no bundles. */
const unbundled = { 'aws:cdk:bundling-stacks': [] };

export function configurationOf(context: Context = {}): Configuration {
  const result = readConfiguration(context);
  if (!result.ok) throw new Error(result.problems.join('\n'));
  return result.configuration;
}

/** For the test that asks: its folder goes when the test ends. */
export function makeApp(): App {
  const folder = makeFolder();
  onTestFinished(() => removeFolder(folder));
  return appIn(folder);
}

const makeFolder = (): string => mkdtempSync(join(tmpdir(), 'staffprobot-app-'));
const removeFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true });
const appIn = (outdir: string): App => new App({ context: { ...cdkJson.context, ...unbundled }, outdir });

const synthesised = new Map<string, Template>();

/** Synthesised once for each context: tests only read templates. */
export function synthesise(context: Context = {}): Template {
  const key = JSON.stringify(context);
  const known = synthesised.get(key);
  if (known !== undefined) return known;
  const configuration = configurationOf(context);
  const folder = makeFolder();
  try {
    const template = Template.fromStack(
      new StaffProBotStack(appIn(folder), 'StaffProBot', { configuration }),
    );
    synthesised.set(key, template);
    return template;
  } finally {
    removeFolder(folder);
  }
}

interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  readonly DependsOn?: readonly string[];
}

/** The resources of a type, by their logical ids. */
export function resources(template: Template, type: string): Record<string, Resource> {
  return template.findResources(type) as Record<string, Resource>;
}

/** The only resource of a type, or the one whose logical id begins so. */
export function theResource(template: Template, type: string, prefix = ''): Resource & { id: string } {
  const found = Object.entries(resources(template, type)).filter(([id]) => id.startsWith(prefix));
  const [first] = found;
  if (first === undefined || found.length > 1) {
    throw new Error(
      `expected one ${type} ${prefix}, got ${found.length}: ${found.map(([id]) => id).join(', ')}`,
    );
  }
  return { id: first[0], ...first[1] };
}

export interface Container {
  readonly Name: string;
  readonly Environment?: readonly { Name: string; Value: string }[];
  readonly Secrets?: readonly { Name: string; ValueFrom: unknown }[];
  readonly [property: string]: unknown;
}

/** A container of the task whose definition's logical id begins so. */
export function containerOf(template: Template, prefix: string, name: string): Container {
  const { Properties } = theResource(template, 'AWS::ECS::TaskDefinition', prefix);
  const list = Properties['ContainerDefinitions'] as readonly Container[];
  const container = list.find(({ Name }) => Name === name);
  if (container === undefined) throw new Error(`no container ${name}`);
  return container;
}

export function containers(template: Template): { readonly bot: Container; readonly metrics: Container } {
  const named = (name: string): Container => containerOf(template, 'PollingWorker', name);
  return { bot: named('bot'), metrics: named('metrics') };
}

export function environmentOf({ Environment }: Container): Record<string, string> {
  return Object.fromEntries((Environment ?? []).map(({ Name, Value }) => [Name, Value]));
}

/** The rights of a role: the statements of the policies that name it. */
export function statementsOf(template: Template, rolePrefix: string): readonly Statement[] {
  const role = theResource(template, 'AWS::IAM::Role', rolePrefix);
  return Object.values(resources(template, 'AWS::IAM::Policy'))
    .filter(({ Properties }) => JSON.stringify(Properties['Roles']).includes(`"${role.id}"`))
    .flatMap(({ Properties }) => (Properties['PolicyDocument'] as { Statement: Statement[] }).Statement);
}

export interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

export function actionsOf(statements: readonly Statement[]): readonly string[] {
  return statements.flatMap(({ Action }) => Action).toSorted();
}

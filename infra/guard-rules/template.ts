/**
 * The part of a CloudFormation template that the guard rules read.
 *
 * Tested by: test/infra/guard-rules.test.ts
 */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: { readonly [name: string]: Json };
}

export interface Template {
  readonly Resources?: Readonly<Record<string, TemplateResource>>;
}

export interface NamedResource {
  readonly id: string;
  readonly properties: { readonly [name: string]: Json };
}

export function resourcesOf(template: Template, type: string): readonly NamedResource[] {
  return Object.entries(template.Resources ?? {})
    .filter(([, resource]) => resource.Type === type)
    .map(([id, { Properties }]) => ({ id, properties: Properties ?? {} }));
}

/** The value at a path of names; undefined if there is none. */
export function at(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  let current: Json | undefined = value;
  for (const name of path) {
    if (typeof current !== 'object' || current === null || Array.isArray(current)) return undefined;
    current = (current as { readonly [name: string]: Json })[name];
  }
  return current;
}

/** A list as it is, a single value as a list of one: IAM accepts both. */
export function listOf(value: Json | undefined): readonly Json[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? (value as readonly Json[]) : [value];
}

/** The text of a value with its references, to search it for a name. */
export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

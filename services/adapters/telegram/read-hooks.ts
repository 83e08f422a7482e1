/**
 * Reads the hooks of a module for `BOT_HANDLERS` from its exports.
 *
 * A hook of a wrong type, and an export whose name is nearly that of a hook, would never be called: both are refused.
 */
import { editDistance, nearestName } from '../../core/platform/nearest-name.ts';
import { HandlersError } from './handlers-error.ts';
import type { Hooks } from './handlers-module.ts';

const hookNames = ['setup', 'onLeading', 'onStop', 'onError'] as const satisfies readonly (keyof Hooks)[];
const exportNames = ['default', 'allowedUpdates', ...hookNames] as const;

/** @throws HandlersError */
export function readHooks(module: Readonly<Record<string, unknown>>): Hooks {
  for (const name of Object.keys(module)) refuseMisspelt(name);
  for (const name of hookNames) refuseOtherTypes(name, module[name]);
  return Object.fromEntries(hookNames.map((name) => [name, module[name]]));
}

function refuseMisspelt(name: string): void {
  if (exportNames.some((known) => known === name)) return;
  const meant = nearestName(name, exportNames);
  const wrongLetters = editDistance(name.toLowerCase(), meant.toLowerCase());
  if (wrongLetters > meant.length / 3) return;
  throw new HandlersError({
    expected: `a module with the hooks ${hookNames.join(', ')}`,
    got: `an export ${name}, which nothing calls`,
    fix: `did you mean ${meant}? Give a helper another name`,
  });
}

function refuseOtherTypes(name: string, value: unknown): void {
  if (value === undefined || typeof value === 'function') return;
  throw new HandlersError({
    expected: `a module whose export ${name} is a function`,
    got: `a value of type ${value === null ? 'null' : typeof value}`,
    fix: 'export a function, or leave it out',
  });
}

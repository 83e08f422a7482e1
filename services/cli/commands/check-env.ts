/**
 * `check-env`: checks the settings as the bot and the consumer do, without starting them. For CI and commit hooks.
 *
 * Tested by: test/cli/command-line.test.ts
 */
import { readHandlersSettings } from '../../core/settings/queue-settings.ts';
import { readSettings } from '../../core/settings/settings.ts';
import { misspeltVariables } from '../../core/settings/variable-names.ts';
import type { Invocation } from '../command-line.ts';
import type { CliContext } from '../context.ts';
import { type CliExitCode, cliExitCodes } from '../exit-codes.ts';
import { optionalParts } from '../settings.ts';

export function checkEnv({ environment, terminal }: CliContext, invocation: Invocation): CliExitCode {
  const read = readSettings(environment, {
    optional: invocation.has('complete') ? [] : optionalParts(environment),
  });
  const handlers = readHandlersSettings(environment);
  const problems = [read, handlers].flatMap((one) => (one.ok ? [] : one.problems));
  const ok = problems.length === 0;
  const warnings = [...(read.ok ? read.warnings : []), ...misspeltVariables(environment)];
  if (invocation.isJson) {
    terminal.answer(`${JSON.stringify({ ok, problems, warnings })}\n`);
  } else {
    for (const line of [...problems, ...warnings.map((warning) => `warning: ${warning}`)])
      terminal.tell(line);
    if (read.ok && handlers.ok)
      terminal.answer(`Settings for ${read.settings.environment}: no problem found.\n`);
  }
  return ok ? cliExitCodes.done : cliExitCodes.configuration;
}

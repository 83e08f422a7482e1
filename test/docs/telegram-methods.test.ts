/** Keeps the list of the Bot API's methods in docs/handlers.md in step with the emulator. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { methodGroups } from '../../services/lab/telegram-emulator/methods/table.ts';

it('docs/handlers.md lists the methods that the emulator knows, by subject', () => {
  const page = readFileSync(new URL('../../docs/handlers.md', import.meta.url), 'utf8');
  const rows = Object.entries(methodGroups).map(([subject, group]) => {
    const names = Object.keys(group).map((name) => `\`${name}\``);
    return `| ${subject} | ${names.join(', ')} |`;
  });
  const [, table = ''] = page.split('| subject | methods |\n| --- | --- |\n');
  expect(table.split('\n\n')[0]?.split('\n')).toEqual(rows);
});

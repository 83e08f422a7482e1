/** The script that installs a real queue for the gate, with a Python that is a stub. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fetch-ministack-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** `python3 -m venv FOLDER` makes a `pip` that does this. */
function fetchWith(pip: string) {
  const stub = `#!/bin/sh\nmkdir -p "$3/bin"\nprintf '%s\\n' '#!/bin/sh' '${pip}' > "$3/bin/pip"\nchmod +x "$3/bin/pip"\n`;
  writeFileSync(join(folder, 'python3'), stub, { mode: 0o755 });
  const { status, stdout, stderr } = spawnSync(join(import.meta.dirname, 'fetch-ministack.sh'), {
    env: { PATH: `${folder}:${process.env['PATH']}`, XDG_CACHE_HOME: folder },
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

const installed = (): string => join(folder, 'staffprobot', 'ministack', 'calls');

it('installs it once, by its hashes', () => {
  const pip = 'echo "$@" >> "$(dirname "$0")/../calls"';
  expect(fetchWith(pip)).toEqual({ status: 0, output: '' });
  expect(fetchWith(pip)).toEqual({ status: 0, output: '' });
  const calls = readFileSync(installed(), 'utf8');
  expect(calls).toMatch(/^install .*--require-hashes .*ministack\.txt\n$/);
});

it('says in one line that the index cannot be reached, and tries again the next time', () => {
  const pip = 'echo "WARNING: Retrying" >&2; echo "ERROR: no route to the index" >&2; exit 1';
  const { status, output } = fetchWith(pip);
  expect(status).toBe(1);
  expect(output).toBe(
    'MiniStack, the real queue of the tests, cannot be installed (ERROR: no route to the index): does pip reach its index?\n',
  );
  expect(fetchWith('touch "$(dirname "$0")/../calls"').status).toBe(0);
  expect(existsSync(installed())).toBe(true);
});

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

// Without `--omit dev`: npm then leaves out what a development package needs as well, such as node-fetch.
it('lists every package of the lock file, with its integrity', () => {
  const printed = execFileSync('npm', ['run', '-s', 'sbom'], { cwd: root, encoding: 'utf8', stdio: 'pipe' });
  const { bomFormat, components } = JSON.parse(printed) as {
    bomFormat: string;
    components: { name: string; version: string; hashes?: unknown[] }[];
  };
  expect(bomFormat).toBe('CycloneDX');
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<
      string,
      { version: string; integrity?: string; optional?: boolean; devOptional?: boolean }
    >;
  };
  const listed = new Set(
    components
      .filter(({ hashes = [] }) => hashes.length > 0)
      .map(({ name, version }) => `${name}@${version}`),
  );
  const missing = Object.entries(packages)
    // Optional packages are those of other platforms.
    .filter(
      ([, { integrity, optional, devOptional }]) => integrity !== undefined && !optional && !devOptional,
    )
    .map(([path, { version }]) => `${path.replace(/^.*node_modules\//, '')}@${version}`)
    .filter((one) => !listed.has(one));
  expect(missing).toEqual([]);
  expect(listed.size).toBeGreaterThan(100);
});

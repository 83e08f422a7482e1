import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readEnvFile } from '../../services/adapters/env-file.ts';
import { ConfigurationError } from '../../services/core/settings/configuration-error.ts';

const home = process.cwd();
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'staffprobot-env-'));
  process.chdir(folder);
});
afterEach(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

describe('readEnvFile', () => {
  it('reads variables, quotes and comments', () => {
    writeFileSync('.env', '# a comment\nA=1\nB="two words"\n');
    expect(readEnvFile()).toEqual({ A: '1', B: 'two words' });
  });

  it('is undefined without a file', () => {
    expect(readEnvFile()).toBeUndefined();
  });

  it('refuses a folder in one line that says how to fix it', () => {
    mkdirSync('.env');
    expect(readEnvFile).toThrow(ConfigurationError);
    expect(readEnvFile).toThrow('.env: expected a file that you may read, got a folder; fix it or remove it');
  });
});

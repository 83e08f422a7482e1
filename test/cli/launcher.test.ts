/** The command line as a process, started as `npx` starts it. */
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, type RunResult } from '../support/child.ts';
import { botToken, FunctionFixture } from '../support/function-fixture.ts';

const launcher = join(import.meta.dirname, '../../services/cli/staffprobot.js');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'staffprobot-cli-'));
});
afterAll(() => rm(folder, { recursive: true }));

function start(
  args: readonly string[],
  env: Record<string, string> = {},
  program = launcher,
): Promise<RunResult> {
  const environment = { PATH: process.env['PATH'] ?? '', ...env };
  return launch(process.execPath, [program, ...args], { cwd: folder, env: environment }).finished;
}

describe('the launcher', () => {
  it('passes on arguments, exit code, stdout and stderr', async () => {
    expect(await start(['--help'])).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringContaining('npx staffprobot'),
    });
    expect(await start(['dance'])).toMatchObject({
      code: 64,
      stdout: '',
      stderr: expect.stringContaining('"dance"'),
    });
    expect((await start(['status'])).code).toBe(78);
  });

  it('reads .env in the current folder, and the environment above it', async () => {
    await writeFile(join(folder, '.env'), 'TELEGRAM_BOT_TOKEN_PROD=1:x\n');
    expect((await start(['check-env'])).code).toBe(78);
    expect((await start(['check-env'], { ENVIRONMENT: 'production' })).code).toBe(0);
    await rm(join(folder, '.env'));
  });

  it('refuses a .env that is not a file, in one line', async () => {
    await mkdir(join(folder, '.env'));
    const started = await start(['status']);
    await rm(join(folder, '.env'), { recursive: true });
    expect(started).toMatchObject({ code: 78, stdout: '' });
    expect(started.stderr).toMatch(/^\.env: expected a file that you may read, got a folder; .*\n$/);
  });

  it('says what to do when nothing is installed', async () => {
    const lonely = join(folder, 'a/services/cli');
    await mkdir(lonely, { recursive: true });
    await writeFile(join(folder, 'a/package.json'), '{"type":"module"}');
    await copyFile(launcher, join(lonely, 'staffprobot.js'));
    await chmod(join(lonely, 'staffprobot.js'), 0o755);
    const started = await start(['status'], {}, join(lonely, 'staffprobot.js'));
    expect(started).toMatchObject({ code: 78, stderr: expect.stringContaining('npm ci') });
  });

  it('shows the status and releases a lock, end to end', async () => {
    const stage = await FunctionFixture.open(undefined);
    try {
      const value = await stage.takeLock();
      const env = stage.environment({ SECRETS_ARN: 'arn:aws:secretsmanager:eu-central-1:1:secret:x' });
      const status = await start(['status', '--json'], env);
      expect(JSON.parse(status.stdout)).toMatchObject({ ok: true, lock: { value } });
      const refused = await start(['release-lock', '--json'], env);
      expect(refused).toMatchObject({ code: 64, stderr: expect.stringContaining('--yes') });
      const broken = await start(['release-lock', '--json', '--yes', '--force'], env);
      expect(broken.code).toBe(0);
      expect(JSON.parse(broken.stdout)).toMatchObject({ lock_removed: true, previous_value: value });
      expect(await stage.get(stage.keys.lock)).toBeNull();
      expect(`${status.stdout}${status.stderr}${broken.stderr}`).not.toContain(botToken);
    } finally {
      await stage.close();
    }
  });
});

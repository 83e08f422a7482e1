/** The command line as a process, started as `npx` starts it. */
import { spawn } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { botToken, FunctionStage } from '../../support/function-stage.ts';

const launcher = join(import.meta.dirname, '../../../services/cli/staffprobot.js');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'staffprobot-cli-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function start(
  args: readonly string[],
  env: Record<string, string> = {},
  program = launcher,
): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })));
}

describe('the launcher', () => {
  it('passes on words, exit code, stdout and stderr', async () => {
    expect(await start(['--help'])).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringContaining('npx staffprobot'),
    });
    expect(await start(['dance'])).toMatchObject({
      code: 64,
      out: '',
      err: expect.stringContaining('"dance"'),
    });
    expect((await start(['status'])).code).toBe(78);
  });

  it('reads .env in the current folder, and the environment above it', async () => {
    await writeFile(join(folder, '.env'), 'TELEGRAM_BOT_TOKEN_PROD=1:x\n');
    expect((await start(['check-env'])).code).toBe(78);
    expect((await start(['check-env'], { ENVIRONMENT: 'production' })).code).toBe(0);
    await rm(join(folder, '.env'));
  });

  it('says what to do where nothing was installed', async () => {
    const lonely = join(folder, 'a/services/cli');
    await mkdir(lonely, { recursive: true });
    await writeFile(join(folder, 'a/package.json'), '{"type":"module"}');
    await copyFile(launcher, join(lonely, 'staffprobot.js'));
    await chmod(join(lonely, 'staffprobot.js'), 0o755);
    const started = await start(['status'], {}, join(lonely, 'staffprobot.js'));
    expect(started).toMatchObject({ code: 78, err: expect.stringContaining('npm ci') });
  });

  it('looks and repairs, end to end', async () => {
    const stage = await FunctionStage.open(undefined);
    try {
      const value = await stage.takeLock();
      const env = stage.environment({ SECRETS_ARN: 'arn:aws:secretsmanager:eu-central-1:1:secret:x' });
      const status = await start(['status', '--json'], env);
      expect(JSON.parse(status.out)).toMatchObject({ ok: true, lock: { value } });
      const refused = await start(['release-lock', '--json'], env);
      expect(refused).toMatchObject({ code: 64, err: expect.stringContaining('--yes') });
      const broken = await start(['release-lock', '--json', '--yes', '--force'], env);
      expect(broken.code).toBe(0);
      expect(JSON.parse(broken.out)).toMatchObject({ lock_removed: true, previous_value: value });
      expect(await stage.get(stage.keys.lock)).toBeNull();
      expect(`${status.out}${status.err}${broken.err}`).not.toContain(botToken);
    } finally {
      await stage.close();
    }
  });
});

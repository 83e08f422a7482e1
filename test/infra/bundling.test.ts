import { execFile } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleCommandLine, bundleFunction, bundleWorker } from '../../infra/bundling.ts';
import { type FunctionName, functionEntries, functionFile } from '../../infra/function-entries.ts';
import { exitCodes } from '../../services/core/platform/exit-codes.ts';
import { FunctionFixture } from '../support/function-fixture.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'staffprobot-bundles-'));
const names = Object.keys(functionEntries) as FunctionName[];
const fileOf = (name: FunctionName): string => join(folder, name, functionFile);
const textOf = (name: FunctionName): string => readFileSync(fileOf(name), 'utf8');
const worker = join(folder, 'worker');

beforeAll(async () => {
  for (const name of names) await bundleFunction(name, join(folder, name));
  await bundleWorker(worker, 'test/infra/support/features.ts');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a program of one line prints, run outside of the checkout by Node alone. */
async function evaluate(program: string): Promise<string> {
  const { stdout } = await run(process.execPath, ['--input-type=commonjs', '--eval', program], {
    cwd: folder,
    env: {},
  });
  return stdout;
}

describe('a function’s bundle', () => {
  it.each(names)('%s loads as CommonJS and exports an asynchronous handler', (name) => {
    const { handler } = createRequire(import.meta.url)(fileOf(name)) as { handler: unknown };
    expect(handler).toBeTypeOf('function');
    // Lambda refuses handlers with a callback: two parameters at most.
    expect((handler as { length: number }).length).toBeLessThanOrEqual(2);
  });

  it.each(names)('%s loads no AWS client when it starts, and reads no file', async (name) => {
    const loaded = await evaluate(
      `require(${JSON.stringify(fileOf(name))}); console.log(Object.keys(require.cache).join('\\n'))`,
    );
    expect(loaded.trim().split('\n')).toEqual([fileOf(name)]);
    expect(textOf(name)).not.toMatch(/import\.meta|import_meta|\.\/lua\/|readFileSync/);
    // Node's own HTTP takes a tenth of a start, and only a proxy needs it.
    expect(textOf(name)).not.toMatch(/require\("(?:node:)?https?"\)/);
  });

  it('is small: a start parses at most 200 KB', () => {
    const sizes = names.map((name) => [name, statSync(fileOf(name)).size] as const);
    for (const [name, bytes] of sizes) expect(bytes, name).toBeLessThanOrEqual(200_000);
  });

  it('brings the AWS clients beside it, and can load them', async () => {
    for (const name of ['heartbeat-monitor', 'release-lock'] as const) {
      const files = readdirSync(join(folder, name)).filter((file) => file !== functionFile);
      expect(files.every((file) => textOf(name).includes(`import("./${file}")`))).toBe(true);
      expect(files).toContain('client-ecs.js');
    }
    const path = JSON.stringify(join(folder, 'heartbeat-monitor/client-ecs.js'));
    expect(await evaluate(`import(${path}).then((sdk) => console.log(typeof sdk.ECSClient))`)).toBe(
      'function\n',
    );
  });

  it('answers, from anywhere', async () => {
    const path = JSON.stringify(fileOf('release-lock'));
    const answer = await evaluate(
      `require(${path}).handler({ action: 'nonsense' }).then((answer) => console.log(JSON.stringify(answer)))`,
    );
    expect(JSON.parse(answer)).toMatchObject({ ok: false, error: { code: 'UNKNOWN_ACTION' } });
  });

  it('is the same every time', async () => {
    const again = join(folder, 'again');
    await bundleFunction('heartbeat-monitor', again);
    expect(readFileSync(join(again, functionFile), 'utf8')).toBe(textOf('heartbeat-monitor'));
  });
});

describe('the bundler as a command', () => {
  const command = (...words: readonly string[]) =>
    run(process.execPath, [join(import.meta.dirname, '../../infra/bundle.ts'), ...words]);

  it.each([
    ['no arguments', [], 78, /^bundle\.ts: arguments: expected worker <folder>.*, got ""\n$/],
    [
      'a function that there is not',
      ['function', 'nosuch', folder],
      78,
      /^bundle\.ts: arguments: .*secrets-check.*\n$/,
    ],
    [
      'a module that there is not',
      ['worker', folder, 'no/such.ts'],
      1,
      /^bundle\.ts: Could not resolve "no\/such\.ts"\n$/,
    ],
  ])('answers %s with one line', async (_what, words, code, stderr) => {
    await expect(command(...words)).rejects.toMatchObject({ code, stderr: expect.stringMatching(stderr) });
  });
});

describe('the command line’s bundle', () => {
  const lonely = join(folder, 'operator');
  const program = join(lonely, 'staffprobot.mjs');
  let stage: FunctionFixture;

  beforeAll(async () => {
    await bundleCommandLine(join(folder, 'dist'));
    mkdirSync(lonely);
    copyFileSync(join(folder, 'dist/staffprobot.mjs'), program);
    stage = await FunctionFixture.open(undefined);
  });
  afterAll(() => stage.close());

  it('is one file that runs the commands from an empty folder', async () => {
    const value = await stage.takeLock();
    const env = stage.environment();
    const status = await run(process.execPath, [program, 'status', '--json'], { cwd: lonely, env });
    expect(JSON.parse(status.stdout)).toMatchObject({ ok: true, lock: { value }, ecs: { running: 1 } });
    const doctor = run(process.execPath, [program, 'doctor'], { cwd: lonely, env });
    await expect(doctor).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/command +node staffprobot\.mjs /),
    });
    expect(readdirSync(lonely)).toEqual(['staffprobot.mjs']);
  });

  it('is called by the name that it was given', async () => {
    const named = join(lonely, 'bin');
    mkdirSync(named);
    symlinkSync(program, join(named, 'staffprobot'));
    const { stdout } = await run(process.execPath, [join(named, 'staffprobot'), '--help'], { env: {} });
    expect(stdout).toContain('  staffprobot <command>');
    expect(stdout).not.toContain('npx');
    rmSync(named, { recursive: true });
  });
});

describe('the worker’s bundle', () => {
  it('starts from anywhere, and says what is missing', async () => {
    const started = run(process.execPath, ['bot.mjs'], { cwd: worker, env: {} });
    await expect(started).rejects.toMatchObject({
      code: exitCodes.configuration,
      stderr: expect.stringMatching(/^TELEGRAM_BOT_TOKEN_DEV: expected a bot token/),
    });
  });

  it.each(['bot.mjs', 'consumer.mjs'])('brings the client of the queue along: %s', async (program) => {
    const env = {
      TELEGRAM_BOT_TOKEN_DEV: '1:x',
      UPSTASH_REDIS_REST_URL: 'http://127.0.0.1:9',
      UPSTASH_REDIS_REST_TOKEN: 'x',
      HANDLERS: 'queue',
      UPDATES_QUEUE_URL: 'http://127.0.0.1:9/000000000000/updates.fifo',
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'x',
      AWS_SECRET_ACCESS_KEY: 'x',
    };
    await expect(run(process.execPath, [program], { cwd: worker, env })).rejects.toMatchObject({
      code: exitCodes.storeUnreachable,
      stderr: expect.stringMatching(/^the updates queue cannot be reached: .*ECONNREFUSED/m),
    });
  });

  it('holds the scripts that it uses with their includes, no others, and reads none', () => {
    const text = readdirSync(worker)
      .map((file) => readFileSync(join(worker, file), 'utf8'))
      .join('\n');
    for (const name of ['lease/acquire-polling-lock-8', 'includes/store-time', 'outage/observe-bot-8']) {
      expect(text).toContain(`"${name}":`);
    }
    expect(text).not.toContain('unbind-store-');
    expect(text).not.toContain('.lua`');
  });

  it('shares one Telegraf with the company’s handlers', () => {
    const withTelegraf = readdirSync(worker).filter((file) =>
      /\bclass _?Composer\b|\bComposer\d* ?= ?class\b/.test(readFileSync(join(worker, file), 'utf8')),
    );
    expect(withTelegraf).toHaveLength(1);
    expect(readdirSync(worker)).toContain('handlers.mjs');
  });
});

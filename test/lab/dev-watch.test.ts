/** Watch mode of `npm run dev`, with real workers and the emulator in place of Telegram. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { freePorts } from '../../services/lab/processes/free-ports.ts';
import { type Launched, launch } from '../support/child.ts';
import { startTelegramEmulator, type TestTelegram } from '../support/telegram-emulator.ts';

const program = fileURLToPath(new URL('../../services/lab/dev.ts', import.meta.url));
const token = '4242:a-development-token-of-nobody-at-all';
let folder: string;
let telegram: TestTelegram;
let run: Launched;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dev-watch-'));
  telegram = await startTelegramEmulator();
});
afterEach(async () => {
  run.child.kill('SIGKILL');
  await telegram.stop();
  rmSync(folder, { recursive: true, force: true });
});

const save = (text: string): void => writeFileSync(join(folder, 'mine.mjs'), text);
/** Answers each message with the version and the message. */
const version = (name: string): string =>
  `export default (ctx) => ctx.reply('${name}: ' + ctx.message?.text);\n`;

async function dev(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<void> {
  const [bot, sidecar] = await freePorts(2);
  const { PATH = '', HOME = '' } = process.env;
  const settings = {
    TELEGRAM_BOT_TOKEN_DEV: token,
    TELEGRAM_API_ROOT: telegram.url,
    BOT_METRICS_PORT: String(bot),
    METRICS_PORT: String(sidecar),
  };
  const env = { PATH, HOME, TMPDIR: folder, BOT_HANDLERS: './mine.mjs', ...settings, ...environment };
  run = launch(process.execPath, [program, ...args], { cwd: folder, env });
}

const answers = (): string[] => telegram.state(token).sentMessages.map(({ text }) => text ?? '');
const until = (what: () => boolean): Promise<unknown> => vi.waitUntil(what, { timeout: 50_000 });

describe('npm run dev -- --watch', () => {
  it('hands over to each saved version, and loses and drops nothing', async () => {
    save(version('first'));
    await dev(['--watch']);
    let sent = 0;
    const writing = setInterval(() => {
      sent += 1;
      telegram.pushText(token, { chatId: 7 + (sent % 5), text: `message ${sent}.` });
    }, 25);
    try {
      await until(() => answers().some((text) => text.startsWith('first')));
      save('export default 7;\n');
      await until(() =>
        /got a default export of type number.*the version before it polls on\n/.test(run.said.stderr),
      );
      const before = answers().length;
      await until(() => answers().length > before + 5);
      expect(answers().at(-1)).toMatch(/^first/);
      save(version('second'));
      await until(() => answers().some((text) => text.startsWith('second')));
      await until(() => run.said.stderr.includes('./mine.mjs: the saved version polls'));
    } finally {
      clearInterval(writing);
    }
    const answered = (number: number): boolean =>
      answers().some((text) => text.endsWith(` message ${number}.`));
    await until(() => Array.from({ length: sent }, (_, index) => index + 1).every(answered));
    expect(telegram.state(token)).toMatchObject({ dropped: 0, conflicts: 0, overlaps: 0 });
    run.child.kill('SIGTERM');
    expect((await run.finished).code).toBe(0);
  });

  it('keeps the version that polls if the saved one’s setup fails', async () => {
    save(version('first'));
    await dev(['--watch']);
    telegram.pushText(token, { chatId: 7, text: 'hello' });
    await until(() => answers().includes('first: hello'));
    save(`export const setup = () => { throw new Error('no database'); };\n${version('second')}`);
    await until(() =>
      /saved version ended; it says why above; the version before it polls on/.test(run.said.stderr),
    );
    expect(run.said.stderr).toMatch(/BOT_HANDLERS: .*no database/);
    telegram.pushText(token, { chatId: 7, text: 'again' });
    await until(() => answers().includes('first: again'));
    expect(run.child.exitCode).toBeNull();
  });

  it.each([
    [['--wach'], {}, /^arguments: expected nothing or --watch, got "--wach"; /],
    [
      ['--watch'],
      { BOT_HANDLERS: '@company/features' },
      /^--watch: expected BOT_HANDLERS to name the file .*, got "@company/,
    ],
  ])('refuses %j %j in one line', async (args, environment, says) => {
    await dev(args, environment);
    const { code, stderr } = await run.finished;
    expect(code).toBe(78);
    expect(stderr).toMatch(says);
    expect(stderr.trimEnd()).not.toContain('\n');
  });
});

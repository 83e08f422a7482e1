/** Watch mode with a real lab: a module is saved while people write. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ApiState } from '../../../services/lab/control-room/api.ts';
import { type LabProcess, startLab } from '../../support/lab.ts';

const anna = 1001;
const perSecond = 30;
let folder: string;
let lab: LabProcess;

const path = (name: string): string => join(folder, name);
/** The module's words come from a file that it imports. */
const saveWords = (words: string): void => writeFileSync(path('words.ts'), words);
const wordsOf = (version: string): string => `export const words: string = 'version ${version}';\n`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lab-watch-'));
  saveWords(wordsOf('1'));
  writeFileSync(
    path('mine.ts'),
    `import { words } from "./words.ts";
    export default (ctx, next) => (ctx.message?.text === 'version?' ? ctx.reply(words) : next());`,
  );
  lab = await startLab({ environment: { BOT_HANDLERS: path('mine.ts'), TMPDIR: folder } });
});
afterAll(async () => {
  await lab.stop();
  rmSync(folder, { recursive: true });
});

const handlers = ({ handlers: view }: ApiState): NonNullable<ApiState['handlers']> => {
  if (view === null) throw new Error('the lab does not watch');
  return view;
};
const answers = ({ chats }: ApiState): string[] =>
  (chats.find(({ person }) => person.id === anna)?.messages ?? [])
    .filter(({ from }) => from === 'bot')
    .map(({ text }) => text);
/** How many saved versions have begun to poll. */
const deploys = ({ log }: ApiState): number =>
  log.filter(({ message }) => message.endsWith('the saved version polls')).length;
const isAt = (state: string) => (seen: ApiState) => handlers(seen).state === state;

/** What the module that polls answers now. */
async function version(): Promise<string | undefined> {
  const before = answers(await lab.state()).length;
  await lab.post('/api/chat', { text: 'version?', as: anna, locale: 'en' });
  return answers(await lab.waitFor((seen) => answers(seen).length > before, 'an answer')).at(-1);
}

/** The folders of compiled code that this lab's processes share. */
const compiled = (): string[] =>
  readdirSync(folder).filter((name) => name.startsWith('staffprobot-compiled-'));

describe('a saved module', () => {
  it('replaces the one that polls, and no message is lost under load', async () => {
    expect(await version()).toBe('version 1');
    await lab.post('/api/load', { perSecond, chats: 20 });
    saveWords(wordsOf('2'));
    await lab.waitFor((seen) => deploys(seen) === 1, 'a deploy');
    expect(await version()).toBe('version 2');
    await lab.post('/api/load/stop', {});
    const { load } = await lab.waitFor(({ load: view }) => view.waiting === 0, 'all answers');
    expect(load).toMatchObject({ lost: 0, outOfOrder: 0 });
  });

  it('with an error replaces nothing; the page says what is wrong until it is fixed', async () => {
    const workers = (await lab.state()).workers.map(({ name }) => name);
    saveWords('export const words: = 3;\n');
    const broken = await lab.waitFor(isAt('failed'), 'the error');
    expect(handlers(broken).error).toMatch(/^BOT_HANDLERS: .*cannot be loaded \(.*words\.ts:1\); /);
    expect(broken.log.at(-1)).toMatchObject({ source: 'handlers', level: 'error' });
    expect((await lab.state()).workers.map(({ name }) => name)).toEqual(workers);
    expect(await version()).toBe('version 2');
    saveWords(wordsOf('4'));
    const fixed = await lab.waitFor(isAt('watching'), 'the fix');
    expect(handlers(fixed).error).toBeNull();
    expect(await version()).toBe('version 4');
  });

  it('whose setup fails replaces nothing', async () => {
    const before = deploys(await lab.state());
    writeFileSync(
      path('mine.ts'),
      `import { words } from "./words.ts";
      export const setup = () => { if (words === 'version 5') throw new Error('no database'); };
      export default (ctx, next) => (ctx.message?.text === 'version?' ? ctx.reply(words) : next());`,
    );
    await lab.waitFor((seen) => deploys(seen) > before, 'a version with setup');
    saveWords(wordsOf('5'));
    const { handlers: view } = await lab.waitFor(isAt('failed'), 'the error');
    expect(view?.error).toMatch(
      /^BOT_HANDLERS: .*setup succeeds, got a failure \(no database, at .*mine\.ts:2\)/,
    );
    expect(await version()).toBe('version 4');
    saveWords(wordsOf('6'));
    await lab.waitFor(isAt('watching'), 'the fix');
    expect(await version()).toBe('version 6');
  });
});

it('leaves nothing behind, even if the lab is killed', async () => {
  expect(compiled()).toHaveLength(1);
  lab.child.kill('SIGKILL');
  await vi.waitUntil(() => compiled().length === 0, { timeout: 50_000, interval: 100 });
});

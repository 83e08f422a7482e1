import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../services/adapters/system-clock.ts';
import type { Clock } from '../../../services/core/platform/clock.ts';
import { HandlersWatch, type WatchView } from '../../../services/lab/watch/handlers-watch.ts';
import { Preflight } from '../../../services/lab/watch/preflight.ts';

const works = 'export default () => {};\n';
let folder: string;
let preflight: Preflight;
let watch: HandlersWatch;
let deploys: number;
let seen: WatchView[];
/** What the next deploys end with. */
let refusal: string | undefined;

const path = (name: string): string => join(folder, name);
const save = (name: string, text: string): void => writeFileSync(path(name), text);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'handlers-watch-'));
  [deploys, seen, refusal] = [0, [], undefined];
});
afterEach(async () => {
  await watch.stop();
  rmSync(folder, { recursive: true });
});

/** Watches the module, and waits until its files are known. */
async function start(text: string): Promise<void> {
  save('mine.mjs', text);
  preflight = new Preflight({ clock: systemClock, environment: {} });
  const check = vi.spyOn(preflight, 'check');
  watch = new HandlersWatch({
    clock: systemClock,
    preflight,
    specifier: path('mine.mjs'),
    entry: path('mine.mjs'),
    deploy: async () => {
      deploys += 1;
      return refusal;
    },
  });
  watch.onChange((view) => seen.push(view));
  watch.start();
  await vi.waitUntil(() => check.mock.settledResults[0]?.type === 'fulfilled', { timeout: 30_000 });
}

const until = (what: () => boolean): Promise<unknown> => vi.waitUntil(what, { timeout: 30_000 });
const failures = (): number => seen.filter(({ state }) => state === 'failed').length;
const settled = (): string | undefined => seen.at(-1)?.state;

describe('a saved module', () => {
  it('is checked, then deployed', async () => {
    await start(works);
    save('mine.mjs', `${works}// again\n`);
    await until(() => settled() === 'watching');
    expect(seen.map(({ state }) => state)).toEqual(['checking', 'deploying', 'watching']);
    expect(deploys).toBe(1);
  });

  it('is deployed when a file that it imports is saved, and not for any other file', async () => {
    save('part.mjs', 'export const part = 1;\n');
    await start('import "./part.mjs";\nexport default () => {};\n');
    save('notes.json', '{}');
    save('other.mjs', works);
    save('part.mjs', 'export const part = 2;\n');
    await until(() => settled() === 'watching');
    save('other.mjs', '// again');
    save('mine.mjs', works);
    await until(() => deploys === 2 && settled() === 'watching');
    expect(seen.filter(({ state }) => state === 'checking')).toHaveLength(2);
  });

  it('with an error is not deployed, and the error stays until it is fixed', async () => {
    await start(works);
    save('mine.mjs', 'export default 7;\n');
    await until(() => failures() === 1);
    expect(watch.view.error).toMatch(
      /^BOT_HANDLERS: expected a module .* got a default export of type number/,
    );
    save('mine.mjs', works);
    await until(() => settled() === 'watching');
    expect(seen.find(({ state }, index) => index > 1 && state === 'checking')?.error).not.toBeNull();
    expect(watch.view.error).toBeNull();
    expect(deploys).toBe(1);
  });

  it('is tried again when the file that it misses appears, in a new folder too', async () => {
    await start(works);
    save('mine.mjs', 'import "./parts/lunch.mjs";\nexport default () => {};\n');
    await until(() => failures() === 1);
    mkdirSync(path('parts'));
    await until(() => failures() === 2);
    save('parts/lunch.mjs', '');
    await until(() => settled() === 'watching');
    expect(deploys).toBe(1);
  });

  it('that the workers refuse is a failure too', async () => {
    await start(works);
    refusal = 'BOT_HANDLERS: setup failed';
    save('mine.mjs', `${works}\n`);
    await until(() => failures() === 1);
    expect(watch.view).toMatchObject({ state: 'failed', error: refusal });
  });
});

describe('a check', () => {
  it('names the place of a syntax error in JavaScript', async () => {
    save('part.mjs', '');
    await start('import "./part.mjs";\nexport default () => {};\n');
    save('part.mjs', 'export const a = 1;\nconst b = = 2;\n');
    await until(() => failures() === 1);
    expect(watch.view.error).toContain(`(${path('part.mjs')}:2)`);
  });

  it('survives a module that ends its process', async () => {
    await start(works);
    save('mine.mjs', 'process.exit(3);');
    await until(() => failures() === 1);
    expect(watch.view.error).toMatch(/mine\.mjs ends its process while it loads \(exit code 3\)$/);
  });

  it('ends for a module that waits for ever at its top level', async () => {
    await start(works);
    const impatient: Clock = { ...systemClock, sleep: async () => {} };
    save('mine.mjs', 'await new Promise((resolve) => setTimeout(resolve, 1e6));');
    const other = new Preflight({ clock: impatient, environment: {} });
    const { error } = await other.check(path('mine.mjs'));
    other.stop();
    expect(error).toMatch(/is still loading after 30 s: it waits for something at its top level$/);
  });

  it('does not wait for what the module leaves running', async () => {
    await start(works);
    save('mine.mjs', `setInterval(() => {}, 1000);\n${works}`);
    await until(() => deploys === 1);
  });
});

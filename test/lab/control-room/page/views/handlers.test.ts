import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { pageModule } from '../page-module.ts';

const { handlersView } = await import(pageModule('views/handlers.js'));
const { texts } = await import(pageModule('texts/index.js'));

/** As much of a page as the view needs. */
class TextElement {
  text = '';
  append(child: { text?: string } | string): void {
    this.text += typeof child === 'string' ? child : (child.text ?? '');
  }
  setAttribute(): void {}
}

beforeAll(() => {
  vi.stubGlobal('document', { createElement: () => new TextElement() });
});
afterAll(() => vi.unstubAllGlobals());

function said(handlers: object | null | undefined, locale: 'en' | 'ru' = 'en'): string {
  const parts: readonly TextElement[] = handlersView({ handlers }, texts[locale]);
  // What is shown must be elements.
  expect(parts.every((part) => part instanceof TextElement)).toBe(true);
  return parts.map(({ text }) => text).join('');
}

const view = (state: string, error: string | null = null) => ({ module: './mine.ts', state, error });
const error = 'BOT_HANDLERS: expected a module, got none; give a path';

describe('the line about the handlers’ module', () => {
  it.each([[undefined], [null], [view('watching')], [view('checking')]])(
    'is empty while there is nothing to say: %j',
    (handlers) => {
      expect(said(handlers)).toBe('');
    },
  );

  it('says that a saved version is deployed', () => {
    expect(said(view('deploying'))).toBe('./mine.ts was saved: its rolling deploy is under way.');
    expect(said(view('deploying'), 'ru')).toBe('Файл ./mine.ts сохранён: идёт плавная замена воркеров.');
  });

  it.each(['failed', 'checking'])('keeps what is wrong until a version runs (%s)', (state) => {
    expect(said(view(state, error))).toBe(
      `The saved version of ./mine.ts does not run; the one before it polls on. ${error}`,
    );
    expect(said(view(state, error), 'ru')).toContain('поллинг продолжает прежняя. BOT_HANDLERS');
  });
});

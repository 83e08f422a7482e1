/** The page's texts: both languages say the same things, and know the texts that the program writes. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Cause } from '../../../../../services/core/outage/diagnosis.ts';
import { pageModule } from '../page-module.ts';

const { localized, texts, translated } = await import(pageModule('texts/index.js'));
const root = join(import.meta.dirname, '../../../../..');

const causes = Object.keys({
  'token-rejected': 0,
  'webhook-set': 0,
  'other-environment': 0,
  'worker-switched-off': 0,
  'no-task-running': 0,
  'never-started': 0,
  'nobody-holds-the-lock': 0,
  'store-was-wiped': 0,
  'lock-without-expiry': 0,
  'another-poller': 0,
  'heartbeat-malformed': 0,
  'telegram-unreachable': 0,
  'polls-failing': 0,
  'holder-silent': 0,
  'handlers-failing': 0,
  'handlers-absent': 0,
  'handlers-behind': 0,
} satisfies Record<Cause, 0>);

/** The paths of all texts; a list of known texts counts as one. */
function pathsOf(part: unknown, path = ''): string[] {
  if (typeof part !== 'object' || part === null) return [`${path}: ${typeof part}`];
  if (/(reasons|skipReasons)$/.test(path)) return [path];
  return Object.entries(part).flatMap(([name, value]) => pathsOf(value, `${path}.${name}`));
}

describe('the texts of the control room’s page', () => {
  it('has the same texts in both languages', () => {
    expect(pathsOf(texts.ru)).toEqual(pathsOf(texts.en));
  });

  it('has the English texts in index.html, for the time before the script runs', () => {
    const html = readFileSync(new URL(pageModule('index.html')), 'utf8');
    const elements = [...html.matchAll(/data-t="([\w.]+)"[^>]*>([^<]*)</g)];
    expect(elements.length).toBeGreaterThan(30);
    for (const [, path = '', text] of elements) {
      const english = path.split('.').reduce((part, name) => part[name], texts.en);
      expect(text, path).toBe(english);
    }
  });

  it.each(['en', 'ru'])('translates only texts that the program writes: %s', (locale) => {
    const sources = ['services', 'functions']
      .flatMap((folder) =>
        readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
          join(root, folder, file),
        ),
      )
      .filter((file) => /\.(ts|lua)$/.test(file) && !file.includes('node_modules'))
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n');
    const { timeline, workers, ops } = texts[locale];
    const known = [...timeline.reasons, ...workers.reasons, ...ops.skipReasons].map(([pattern]) => pattern);
    for (const pattern of known) {
      // Of a pattern, the words before its first variable part.
      const fixed = pattern instanceof RegExp ? (/^\^([^(]+)/.exec(pattern.source)?.[1] ?? '') : pattern;
      expect(sources, String(pattern)).toContain(fixed);
    }
  });

  it.each(['en', 'ru'])('knows every cause of an outage: %s', (locale) => {
    for (const cause of causes) {
      expect(translated(`no heartbeat for 301 s: ${cause}`, texts[locale].timeline.reasons)).not.toContain(
        cause,
      );
    }
  });

  it('leaves a text that it does not know as it is', () => {
    expect(translated('a rehearsal', texts.ru.timeline.reasons)).toBe('a rehearsal');
    expect(translated('the lock was free for a while', texts.ru.timeline.reasons)).toBe(
      'the lock was free for a while',
    );
  });

  it('chooses the language of a text from the lab, or shows what there is', () => {
    expect(localized({ en: 'yes', ru: 'да' }, texts.ru)).toBe('да');
    expect(localized({ en: 'yes' }, texts.ru)).toBe('yes');
    expect(localized('429', texts.ru)).toBe('429');
    expect(localized(null, texts.ru)).toBe('');
  });
});

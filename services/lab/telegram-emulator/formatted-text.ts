/**
 * A text or caption with its `parse_mode` or its entities.
 *
 * HTML is parsed, so HTML that the real server refuses is refused here; Markdown passes through as plain text. Given
 * entities are not checked.
 *
 * Tested by: test/lab/telegram-emulator/methods/messages.test.ts
 */
import type { Arguments } from './arguments.ts';
import { badRequest } from './errors.ts';
import { parseHtml } from './html-text.ts';

export interface FormattedText {
  readonly text: string;
  readonly entities: readonly unknown[] | undefined;
}

/** Reads the arguments of these names: `text` and `entities`, `caption` and `caption_entities`, … */
export function readFormattedText(args: Arguments, names: { text: string; entities: string }): FormattedText {
  const given = args.text(names.text);
  const mode = args.text('parse_mode').toLowerCase();
  if (mode === 'html') {
    const { text, entities } = parseHtml(given);
    return { text, entities: entities.length > 0 ? entities : undefined };
  }
  if (!['', 'none', 'markdown', 'markdownv2'].includes(mode)) throw badRequest('unsupported parse_mode');
  const entities = args.text(names.entities) === '' ? undefined : args.json(names.entities);
  return {
    text: given.trim(),
    entities: Array.isArray(entities) && entities.length > 0 ? entities : undefined,
  };
}

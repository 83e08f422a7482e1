/**
 * The caption of a message, and what belongs to it.
 *
 * Tested by: test/lab/telegram-emulator/methods/media.test.ts
 */
import type { Arguments } from './arguments.ts';
import { readCaption } from './formatted-text.ts';
import type { MessageContent } from './messages.ts';

const captioned = ['photo', 'video', 'animation', 'audio', 'document', 'voice'];
/** These can have their caption above them, and a cover that hides them. */
const visual = ['photo', 'video', 'animation'];

export function canHaveCaption(content: MessageContent): boolean {
  return captioned.some((kind) => content[kind] !== undefined);
}

/** The content with the caption of these arguments instead of its own. */
export function withCaption(content: MessageContent, args: Arguments): MessageContent {
  const { caption: _, caption_entities: __, show_caption_above_media: ___, ...rest } = content;
  if (!canHaveCaption(content)) return rest;
  const { text, entities } = readCaption(args);
  const above = isVisual(content) && args.flag('show_caption_above_media');
  return {
    ...rest,
    ...(text === '' ? {} : { caption: text, caption_entities: entities }),
    ...(above ? { show_caption_above_media: true } : {}),
  };
}

export function isVisual(content: MessageContent): boolean {
  return visual.some((kind) => content[kind] !== undefined);
}

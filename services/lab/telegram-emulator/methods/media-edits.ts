/**
 * Editing the caption of a message, and its media.
 *
 * Tested by: test/lab/telegram-emulator/methods/media-edits.test.ts
 */
import { canHaveCaption, withCaption } from '../captions.ts';
import { badRequest } from '../errors.ts';
import { readInputMedia } from '../files/read-media.ts';
import type { MessageContent } from '../messages.ts';
import { readInlineMarkup } from '../reply-markup.ts';
import { editMessage } from '../send.ts';
import type { MethodGroup } from './method.ts';

/** Media can also be put in the place of a text. */
const editable = ['photo', 'video', 'animation', 'audio', 'document', 'text'];
const homogenousKinds = ['audio', 'document'];

export const mediaEditMethods: MethodGroup = {
  editMessageCaption(call) {
    const reply_markup = readInlineMarkup(call.args);
    return editMessage(call, ({ content }) => {
      if (!canHaveCaption(content)) throw badRequest('there is no caption in the message to edit');
      return { content: withCaption(content, call.args), reply_markup };
    });
  },
  editMessageMedia(call) {
    const { args } = call;
    const reply_markup = readInlineMarkup(args);
    if (args.text('media') === '') throw badRequest('parameter "media" is required');
    const value = args.json('media');
    if (value === undefined) throw badRequest("can't parse input media JSON object");
    const wanted = readInputMedia(call, { value, forAlbum: false });
    return editMessage(call, ({ content }) => {
      if (kindIn(content, editable) === undefined) throw badRequest("message media can't be edited");
      return { content: inPlaceOf(content, wanted), reply_markup };
    });
  },
};

/** An album stays one, and so does what it holds. */
function inPlaceOf(old: MessageContent, wanted: MessageContent): MessageContent {
  const { media_group_id } = old;
  if (media_group_id === undefined) return wanted;
  const [oldKind, newKind] = [kindIn(old, editable), kindIn(wanted, editable)];
  if (newKind === 'animation') throw badRequest("message content type can't be used in an album");
  if (oldKind !== newKind && (isHomogenous(oldKind) || isHomogenous(newKind))) {
    throw badRequest("can't change media type in the album");
  }
  return { ...wanted, media_group_id };
}

function isHomogenous(kind: string | undefined): boolean {
  return kind !== undefined && homogenousKinds.includes(kind);
}

function kindIn(content: MessageContent, kinds: readonly string[]): string | undefined {
  return kinds.find((kind) => content[kind] !== undefined);
}

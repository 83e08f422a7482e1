/**
 * The sizes of a photo: those of Telegram's boxes that are smaller than the image, and the image itself.
 *
 * Does not guarantee: smaller images. Every size downloads as the image that was sent; a smaller one only tells the width,
 * height and file size that it would have. The format stays too: Telegram makes a JPEG of everything.
 * Source: the refusals of the manual's sendPhoto; the boxes s, m, x, y and w of Telegram's photo sizes.
 *
 * Tested by: test/lab/telegram-emulator/methods/media.test.ts
 */
import type { MessageContent } from '../messages.ts';
import type { FileStore, NewFile } from './file-store.ts';
import { readImageHeader } from './image-header.ts';
import { SendFailure } from './send-failure.ts';

const boxes = [90, 320, 800, 1280, 2560];
const sidesSumMax = 10_000;
const sidesRatioMax = 20;

/** Keeps the photo; returns the sizes as a message shows them. */
export function addPhoto(files: FileStore, bytes: Buffer): MessageContent {
  const image = readImageHeader(bytes);
  if (image === undefined) throw new SendFailure('IMAGE_PROCESS_FAILED');
  const { width, height, mimeType } = image;
  const ratio = Math.max(width, height) / Math.min(width, height);
  if (width + height > sidesSumMax || ratio > sidesRatioMax)
    throw new SendFailure('PHOTO_INVALID_DIMENSIONS');
  const sizes = photoSizes(width, height);
  const stored = sizes.map((size): NewFile => {
    const share = (size.width * size.height) / (width * height);
    return { kind: 'photo', bytes, mimeType, sizeBytes: Math.max(1, Math.round(bytes.length * share)) };
  });
  return files.add(stored, (shown) => ({
    photo: shown.map((file, index) => ({ ...file, ...sizes[index] })),
  }));
}

function photoSizes(width: number, height: number): { width: number; height: number }[] {
  const longer = Math.max(width, height);
  const sides = boxes.filter((box) => box < longer);
  if (longer <= (boxes.at(-1) ?? 0)) sides.push(longer);
  return sides.map((side) => ({
    width: Math.max(1, Math.round((width * side) / longer)),
    height: Math.max(1, Math.round((height * side) / longer)),
  }));
}

import { describe, expect, it } from 'vitest';
import { readImageHeader } from '../../../../services/lab/telegram-emulator/files/image-header.ts';
import { gif, jpeg, png, webp } from './image-fixture.ts';

describe('an image’s header', () => {
  it.each([
    ['image/png', png(640, 480)],
    ['image/gif', gif(640, 480)],
    ['image/jpeg', jpeg(640, 480)],
    ['image/webp', webp(640, 480, 'VP8 ')],
    ['image/webp', webp(640, 480, 'VP8L')],
    ['image/webp', webp(640, 480, 'VP8X')],
  ])('tells the format and the sides of %s', (mimeType, bytes) => {
    expect(readImageHeader(bytes)).toEqual({ mimeType, width: 640, height: 480 });
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['a text', Buffer.from('no image at all, but long enough to hold a header')],
    ['a PNG without width', png(0, 10)],
    ['a PNG that ends early', png(10, 10).subarray(0, 20)],
    ['a JPEG that ends early', jpeg(10, 10).subarray(0, 14)],
    ['a JPEG with a broken segment', Buffer.concat([Buffer.from('ffd80000', 'hex'), Buffer.alloc(40)])],
    ['a RIFF that is no WebP', Buffer.from(`RIFF....WAVEfmt ${'.'.repeat(40)}`)],
  ])('is not found in %s', (_, bytes) => {
    expect(readImageHeader(bytes)).toBeUndefined();
  });
});

/** Reassembles the animation's frames as a viewer does. */
import { describe, expect, it } from 'vitest';
import { decodePng, encodeAnimation, type Picture } from './png.ts';

const [width, height] = [7, 5];

/** A picture whose pixels differ from one another, except for `changes`. */
function picture(changes: Readonly<Record<number, number>> = {}): Picture {
  const pixels = Buffer.alloc(width * height * 4);
  for (let index = 0; index < width * height; index += 1) {
    pixels.writeUInt32BE(((changes[index] ?? index * 0x010203) << 8) >>> 0, index * 4);
    pixels.writeUInt8(255, index * 4 + 3);
  }
  return { width, height, pixels };
}

interface Piece {
  readonly type: string;
  readonly data: Buffer;
}

function piecesOf(png: Buffer): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    const length = png.readUInt32BE(at);
    pieces.push({
      type: png.toString('latin1', at + 4, at + 8),
      data: png.subarray(at + 8, at + 8 + length),
    });
  }
  return pieces;
}

/** Draws one frame's part over the picture below. */
function overlay(under: Picture, control: Buffer, part: Picture): Picture {
  const pixels = Buffer.from(under.pixels);
  const [x, y] = [control.readUInt32BE(12), control.readUInt32BE(16)];
  for (let index = 0; index < part.width * part.height; index += 1) {
    const to = ((y + Math.floor(index / part.width)) * under.width + x + (index % part.width)) * 4;
    if (part.pixels.readUInt8(index * 4 + 3) > 0) part.pixels.copy(pixels, to, index * 4, index * 4 + 4);
  }
  return { ...under, pixels };
}

/** A standalone PNG from one frame's data. */
function standalone(header: Buffer, control: Buffer, data: Buffer): Buffer {
  const size = Buffer.concat([control.subarray(4, 12), header.subarray(8)]);
  const chunk = (type: string, body: Buffer): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(body.length);
    return Buffer.concat([length, Buffer.from(type, 'latin1'), body, Buffer.alloc(4)]);
  };
  return Buffer.concat([Buffer.alloc(8), chunk('IHDR', size), chunk('IDAT', data)]);
}

describe('an animated PNG', () => {
  const frames = [picture(), picture({ 9: 0xff0000, 26: 0x00ff00 }), picture({ 26: 0x00ff00 })];
  const animation = encodeAnimation(frames.map((one) => ({ picture: one, shownMs: 40 })));
  const pieces = piecesOf(animation);

  it('starts with an ordinary PNG that any viewer shows', () => {
    expect(decodePng(animation)).toEqual(frames[0]);
    expect(pieces.map(({ type }) => type)).toEqual([
      'IHDR',
      'acTL',
      'fcTL',
      'IDAT',
      'fcTL',
      'fdAT',
      'fcTL',
      'fdAT',
      'IEND',
    ]);
  });

  it('reproduces each frame', () => {
    const header = pieces[0]?.data ?? Buffer.alloc(0);
    const controls = pieces.filter(({ type }) => type === 'fcTL').map(({ data }) => data);
    const parts = pieces.filter(({ type }) => type === 'fdAT').map(({ data }) => data.subarray(4));
    let shown = picture();
    for (const [index, part] of parts.entries()) {
      const control = controls[index + 1] ?? Buffer.alloc(0);
      shown = overlay(shown, control, decodePng(standalone(header, control, part)));
      expect(shown).toEqual(frames[index + 1]);
    }
  });

  it('numbers its chunks consecutively', () => {
    const numbers = pieces
      .filter(({ type }) => type === 'fcTL' || type === 'fdAT')
      .map(({ data }) => data.readUInt32BE(0));
    expect(numbers).toEqual([0, 1, 2, 3, 4]);
  });

  it('refuses a picture in another format', () => {
    const indexed = Buffer.from(animation);
    indexed.writeUInt8(3, 25);
    expect(() => decodePng(indexed)).toThrow('expected an 8-bit RGB or RGBA PNG');
  });
});

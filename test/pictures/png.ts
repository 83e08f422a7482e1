/**
 * Just enough PNG to turn screenshots into an animation: 8-bit RGB and RGBA without interlacing, as Chromium writes it.
 *
 * Source: W3C, "Portable Network Graphics (PNG) Specification (Third Edition)", 2025: chunks (5.3), filters (9),
 * animation (acTL, fcTL, fdAT in 11.3.6).
 */
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const channelsOf: Readonly<Record<number, number>> = { 2: 3, 6: 4 };

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Four bytes a pixel: red, green, blue, opacity. */
  readonly pixels: Buffer;
}

interface Chunk {
  readonly type: string;
  readonly data: Buffer;
}

function* chunksOf(png: Buffer): Generator<Chunk> {
  for (let at = signature.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    yield { type: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, at + 8 + length) };
    at += 12 + length;
  }
}

export function decodePng(png: Buffer): Picture {
  const chunks = [...chunksOf(png)];
  const header = chunks.find(({ type }) => type === 'IHDR')?.data;
  const channels = header === undefined ? undefined : channelsOf[header.readUInt8(9)];
  if (
    header === undefined ||
    channels === undefined ||
    header.readUInt8(8) !== 8 ||
    header.readUInt8(12) !== 0
  )
    throw new TypeError('expected an 8-bit RGB or RGBA PNG without interlacing');
  const width = header.readUInt32BE(0);
  const height = header.readUInt32BE(4);
  const packed = chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data);
  const bytes = unfilter(inflateSync(Buffer.concat(packed)), width * channels, channels);
  const pixels = Buffer.alloc(width * height * 4, 255);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    bytes.copy(pixels, pixel * 4, pixel * channels, pixel * channels + channels);
  }
  return { width, height, pixels };
}

/** Undoes each line's filter and removes the filter bytes. */
function unfilter(filtered: Buffer, lineBytes: number, channels: number): Buffer {
  const lines = filtered.length / (lineBytes + 1);
  const out = Buffer.alloc(lines * lineBytes);
  for (let line = 0; line < lines; line += 1) {
    const filter = filtered[line * (lineBytes + 1)] ?? 0;
    const from = line * (lineBytes + 1) + 1;
    const to = line * lineBytes;
    for (let i = 0; i < lineBytes; i += 1) {
      const left = i < channels ? 0 : (out[to + i - channels] ?? 0);
      const up = line === 0 ? 0 : (out[to + i - lineBytes] ?? 0);
      const upLeft = line === 0 || i < channels ? 0 : (out[to + i - lineBytes - channels] ?? 0);
      out[to + i] = (filtered[from + i] ?? 0) + predicted(filter, { left, up, upLeft });
    }
  }
  return out;
}

function predicted(
  filter: number,
  { left, up, upLeft }: { left: number; up: number; upLeft: number },
): number {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  return filter === 4 ? paeth(left, up, upLeft) : 0;
}

function paeth(left: number, up: number, upLeft: number): number {
  const guess = left + up - upLeft;
  const [toLeft, toUp, toUpLeft] = [left, up, upLeft].map((one) => Math.abs(guess - one)) as [
    number,
    number,
    number,
  ];
  if (toLeft <= toUp && toLeft <= toUpLeft) return left;
  return toUp <= toUpLeft ? up : upLeft;
}

export interface Frame {
  readonly picture: Picture;
  readonly shownMs: number;
}

/** An animated PNG that loops forever: a whole first frame, then only differences. All frames must have the same size. */
export function encodeAnimation(frames: readonly Frame[]): Buffer {
  const [first] = frames;
  if (first === undefined) throw new TypeError('expected at least one frame');
  const { width, height } = first.picture;
  const parts = [signature, chunk('IHDR', headerOf(width, height)), chunk('acTL', words(frames.length, 0))];
  let sequence = 0;
  let before: Picture | undefined;
  for (const { picture, shownMs } of frames) {
    const { x, y, part } = difference(picture, before);
    const control = Buffer.alloc(6);
    control.writeUInt16BE(Math.round(shownMs), 0);
    control.writeUInt16BE(1000, 2);
    // Blend over the previous frame: unchanged pixels are transparent.
    control.writeUInt8(1, 5);
    parts.push(chunk('fcTL', Buffer.concat([words(sequence, part.width, part.height, x, y), control])));
    sequence += 1;
    if (before === undefined) parts.push(chunk('IDAT', pack(part)));
    else {
      parts.push(chunk('fdAT', Buffer.concat([words(sequence), pack(part)])));
      sequence += 1;
    }
    before = picture;
  }
  return Buffer.concat([...parts, chunk('IEND', Buffer.alloc(0))]);
}

/** The smallest rectangle with all changes; unchanged pixels in it are transparent. */
function difference(now: Picture, before?: Picture): { x: number; y: number; part: Picture } {
  if (before === undefined) return { x: 0, y: 0, part: now };
  const { width, height } = now;
  const differs = (pixel: number): boolean =>
    now.pixels.readUInt32BE(pixel * 4) !== before.pixels.readUInt32BE(pixel * 4);
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    if (!differs(pixel)) continue;
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    [left, top, right, bottom] = [
      Math.min(left, x),
      Math.min(top, y),
      Math.max(right, x),
      Math.max(bottom, y),
    ];
  }
  // Nothing has changed, but a frame needs at least one pixel.
  if (right < left) [left, top, right, bottom] = [0, 0, 0, 0];
  const part = { width: right - left + 1, height: bottom - top + 1 };
  const pixels = Buffer.alloc(part.width * part.height * 4);
  for (let index = 0; index < part.width * part.height; index += 1) {
    const pixel = (top + Math.floor(index / part.width)) * width + left + (index % part.width);
    if (differs(pixel)) now.pixels.copy(pixels, index * 4, pixel * 4, pixel * 4 + 4);
  }
  return { x: left, y: top, part: { ...part, pixels } };
}

/** Encodes each line as its difference from the one above: most lines of a page repeat. */
function pack({ width, height, pixels }: Picture): Buffer {
  const lineBytes = width * 4;
  const filtered = Buffer.alloc(height * (lineBytes + 1));
  for (let line = 0; line < height; line += 1) {
    const to = line * (lineBytes + 1);
    filtered[to] = line === 0 ? 0 : 2;
    for (let i = 0; i < lineBytes; i += 1) {
      const at = line * lineBytes + i;
      filtered[to + 1 + i] = (pixels[at] ?? 0) - (line === 0 ? 0 : (pixels[at - lineBytes] ?? 0));
    }
  }
  return deflateSync(filtered, { level: 9 });
}

function headerOf(width: number, height: number): Buffer {
  return Buffer.concat([words(width, height), Buffer.from([8, 6, 0, 0, 0])]);
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4);
  return bytes;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  return Buffer.concat([words(data.length), body, words(crc32(body))]);
}

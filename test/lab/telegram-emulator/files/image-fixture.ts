/** Images of a given width and height: their headers, which is all that the emulator reads, and some bytes. */
import type { UploadedFile } from '../../../../services/lab/telegram-emulator/multipart.ts';

const filling = Buffer.alloc(64, 1);

export function png(width: number, height: number): Buffer {
  const header = Buffer.from('89504e470d0a1a0a0000000d494844520000000000000000', 'hex');
  header.writeUInt32BE(width, 16);
  header.writeUInt32BE(height, 20);
  return Buffer.concat([header, filling]);
}

export function gif(width: number, height: number): Buffer {
  const header = Buffer.from('GIF89a\0\0\0\0', 'latin1');
  header.writeUInt16LE(width, 6);
  header.writeUInt16LE(height, 8);
  return Buffer.concat([header, filling]);
}

/** With an EXIF segment and a fill byte before the frame. */
export function jpeg(width: number, height: number): Buffer {
  const frame = Buffer.from('ffffc0001108000000000301', 'hex');
  frame.writeUInt16BE(height, 6);
  frame.writeUInt16BE(width, 8);
  return Buffer.concat([Buffer.from('ffd8ffe100064578696600', 'hex').subarray(0, 10), frame, filling]);
}

export type WebpKind = 'VP8 ' | 'VP8L' | 'VP8X';

export function webp(width: number, height: number, kind: WebpKind = 'VP8 '): Buffer {
  const bytes = Buffer.alloc(40);
  bytes.write(`RIFF\0\0\0\0WEBP${kind}`, 'latin1');
  if (kind === 'VP8 ') {
    bytes.writeUInt16LE(width, 26);
    bytes.writeUInt16LE(height, 28);
  } else if (kind === 'VP8L') {
    bytes.writeUInt32LE((((height - 1) << 14) | (width - 1)) >>> 0, 21);
  } else {
    bytes.writeUIntLE(width - 1, 24, 3);
    bytes.writeUIntLE(height - 1, 27, 3);
  }
  return bytes;
}

export function upload(name: string, content: string | Buffer = 'content'): UploadedFile {
  return { name, bytes: Buffer.from(content) };
}

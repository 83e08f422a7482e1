/**
 * File endings and their MIME types: those that bots usually send.
 *
 * Tested by: test/lab/telegram-emulator/files/file-store.test.ts
 */
const typesByEnding: Readonly<Record<string, string>> = {
  aac: 'audio/aac',
  avi: 'video/x-msvideo',
  bin: 'application/octet-stream',
  bmp: 'image/bmp',
  csv: 'text/csv',
  doc: 'application/msword',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  flac: 'audio/flac',
  gif: 'image/gif',
  gz: 'application/gzip',
  htm: 'text/html',
  html: 'text/html',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  json: 'application/json',
  m4a: 'audio/mp4',
  md: 'text/markdown',
  mov: 'video/quicktime',
  mp3: 'audio/mpeg',
  mp4: 'video/mp4',
  oga: 'audio/ogg',
  ogg: 'audio/ogg',
  opus: 'audio/ogg',
  pdf: 'application/pdf',
  png: 'image/png',
  svg: 'image/svg+xml',
  tgs: 'application/x-tgsticker',
  txt: 'text/plain',
  wav: 'audio/x-wav',
  webm: 'video/webm',
  webp: 'image/webp',
  xls: 'application/vnd.ms-excel',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  xml: 'text/xml',
  zip: 'application/zip',
};
/** Where several endings have one type. */
const usualEndings: Readonly<Record<string, string>> = {
  'application/octet-stream': '',
  'audio/ogg': 'oga',
  'image/jpeg': 'jpg',
};

export function mimeTypeOf(fileName: string): string | undefined {
  const ending = /\.([^./\\]+)$/.exec(fileName)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(typesByEnding, ending) ? typesByEnding[ending] : undefined;
}

/** Without a dot; empty if the type has none. */
export function endingOf(mimeType: string): string {
  const usual = usualEndings[mimeType];
  return usual ?? Object.entries(typesByEnding).find(([, type]) => type === mimeType)?.[0] ?? '';
}

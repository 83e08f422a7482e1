/**
 * Reads a multipart/form-data body: fields and files, with the real server's refusals.
 *
 * A part of the type `application/x-www-form-urlencoded` is a list of fields. What precedes the first boundary and what
 * follows the last one is ignored.
 * Source: td's `HttpReader::parse_multipart_form_data`.
 */
import { readDisposition } from './content-disposition.ts';

export interface UploadedFile {
  readonly name: string;
  readonly bytes: Buffer;
}

export interface FormData {
  readonly fields: readonly (readonly [string, string])[];
  readonly files: ReadonlyMap<string, UploadedFile>;
}

const boundaryLengthMax = 70;
const headersEnd = '\r\n\r\n';

/** Returns the refusal if the body is malformed. */
export function parseMultipart(contentType: string, body: Buffer): FormData | string {
  const after = contentType.slice(contentType.toLowerCase().indexOf('boundary'));
  if (!/^boundary/i.test(after)) return 'Bad Request: boundary not found';
  const given = /=([^;]*)/.exec(after)?.[1];
  if (given === undefined) return 'Bad Request: boundary value not found';
  const boundary = /^"(.*)"$/.exec(given)?.[1] ?? given;
  if (boundary === '' || boundary.length > boundaryLengthMax) return 'Bad Request: boundary too big or empty';

  const parts = splitParts(body, `--${boundary}`);
  if (parts === undefined) return 'Bad Request: unexpected end of request content';
  const fields: (readonly [string, string])[] = [];
  const files = new Map<string, UploadedFile>();
  for (const bytes of parts) {
    const part = readPart(bytes);
    if (typeof part === 'string') return part;
    if (part.fileName === undefined) fields.push(...fieldsOf(part));
    else if (!files.has(part.name)) files.set(part.name, { name: part.fileName, bytes: part.content });
  }
  return { fields, files };
}

/** What stands between the boundaries, each from its line break on; undefined if the last boundary is missing. */
function splitParts(body: Buffer, boundary: string): Buffer[] | undefined {
  const delimiter = `\r\n${boundary}`;
  const parts: Buffer[] = [];
  const first = body.indexOf(boundary);
  let start = first + boundary.length;
  while (first !== -1 && body.subarray(start, start + 2).toString('latin1') !== '--') {
    // The headers of a part may not contain its boundary: the content begins after them.
    const contentStart = body.indexOf(headersEnd, start);
    const end = contentStart === -1 ? -1 : body.indexOf(delimiter, contentStart + 2);
    if (end === -1) return undefined;
    parts.push(body.subarray(start, end));
    start = end + delimiter.length;
  }
  return first === -1 ? undefined : parts;
}

interface Part {
  readonly name: string;
  readonly fileName: string | undefined;
  readonly contentType: string;
  readonly content: Buffer;
}

function readPart(bytes: Buffer): Part | string {
  const contentAt = bytes.indexOf(headersEnd);
  if (contentAt <= 0) return 'Bad Request: headers in multipart/form-data are empty';
  // A header goes on in the next line if that begins with a space.
  const lines = bytes
    .subarray(0, contentAt)
    .toString('utf8')
    .replace(/\r\n[ \t]/g, ' ')
    .split('\r\n');
  const headers = new Map(lines.map((line) => headerOf(line)));
  const disposition = readDisposition(headers.get('content-disposition') ?? 'form-data;');
  if (typeof disposition === 'string') return disposition;
  const { name = '', fileName } = disposition;
  if (name === '') return 'Bad Request: field name in multipart/form-data not found';
  const content = bytes.subarray(contentAt + headersEnd.length);
  return { name, fileName, contentType: headers.get('content-type') ?? '', content };
}

function headerOf(line: string): [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
}

function fieldsOf({ name, contentType, content }: Part): Iterable<readonly [string, string]> {
  const text = content.toString('utf8');
  if (contentType.startsWith('application/x-www-form-urlencoded')) return new URLSearchParams(text);
  return [[name, text]];
}

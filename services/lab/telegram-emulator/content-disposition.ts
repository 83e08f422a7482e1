/**
 * The `Content-Disposition` of a part of a multipart/form-data body: the field's name, and the name of its file.
 *
 * A part is a file if it has a `filename`, even an empty one. `filename*` is ignored, as by the real server, and so is
 * everything else. Values may be quoted with backslash escapes, and are percent-decoded either way.
 * Source: td's `HttpReader::parse_multipart_form_data`.
 *
 * Tested by: test/lab/telegram-emulator/multipart.test.ts
 */
export interface Disposition {
  readonly name?: string;
  readonly fileName?: string;
}

const formData = 'form-data;';
const keyPattern = /\s*([^=]*?)\s*=\s*/y;
const tokenPattern = /([^;]*)(?:;|$)/y;

/** Returns the refusal if the header is malformed. */
export function readDisposition(header: string): Disposition | string {
  if (!header.startsWith(formData)) return 'Bad Request: expected form-data content disposition';
  const found = new Map<string, string>();
  let at = formData.length;
  while (at < header.length) {
    keyPattern.lastIndex = at;
    const key = keyPattern.exec(header)?.[1];
    if (key === undefined) break;
    at = keyPattern.lastIndex;
    const value = header[at] === '"' ? readQuoted(header, at + 1) : readToken(header, at);
    if (typeof value === 'string') return value;
    found.set(key, percentDecoded(value.text));
    at = value.end;
  }
  const [name, fileName] = [found.get('name'), found.get('filename')];
  return { ...(name !== undefined ? { name } : {}), ...(fileName !== undefined ? { fileName } : {}) };
}

interface Value {
  readonly text: string;
  /** Where the next key begins. */
  readonly end: number;
}

function readQuoted(header: string, start: number): Value | string {
  let text = '';
  let at = start;
  while (header[at] !== '"') {
    if (header[at] === '\\') at += 1;
    const character = header[at];
    if (character === undefined) {
      return header[at - 1] === '\\'
        ? 'Bad Request: wrong escape sequence in Content-Disposition header'
        : 'Bad Request: unclosed quoted string in Content-Disposition header';
    }
    text += character;
    at += 1;
  }
  const rest = header.slice(at + 1).trimStart();
  if (rest !== '' && !rest.startsWith(';')) return "Bad Request: expected ';' in Content-Disposition header";
  return { text, end: header.length - Math.max(0, rest.length - 1) };
}

function readToken(header: string, start: number): Value {
  tokenPattern.lastIndex = start;
  const text = tokenPattern.exec(header)?.[1] ?? '';
  return { text: text.trim(), end: tokenPattern.lastIndex };
}

/** A percent sign that begins no escape stays. */
function percentDecoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) =>
    Buffer.from(escapes.replaceAll('%', ''), 'hex').toString('utf8'),
  );
}

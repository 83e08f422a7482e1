/**
 * Reads the text fields of a multipart/form-data body (RFC 7578).
 *
 * Files are skipped: no method of this emulator takes one. A part without a closing boundary ends with the body. Names and
 * values are UTF-8.
 *
 * Tested by: test/lab/telegram-emulator/arguments.test.ts
 */
const partEnd = Buffer.from('\r\n\r\n');

/** The fields in their order, or undefined if the content type names no boundary. */
export function parseMultipart(contentType: string, body: Buffer): [string, string][] | undefined {
  const boundary = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  const name = boundary?.[1] ?? boundary?.[2];
  if (name === undefined) return undefined;
  return [...parts(body, Buffer.from(`--${name}`))].flatMap((part) => textField(part));
}

function* parts(body: Buffer, delimiter: Buffer): Generator<Buffer> {
  let at = body.indexOf(delimiter);
  while (at !== -1) {
    const start = at + delimiter.length;
    // Two dashes after the delimiter close the whole body.
    if (body.subarray(start, start + 2).toString('latin1') === '--') return;
    const next = body.indexOf(Buffer.concat([Buffer.from('\r\n'), delimiter]), start);
    yield body.subarray(start, next === -1 ? body.length : next);
    at = next === -1 ? -1 : next + 2;
  }
}

function textField(part: Buffer): [string, string][] {
  const headerEnd = part.indexOf(partEnd);
  if (headerEnd === -1) return [];
  const headers = part.subarray(0, headerEnd).toString('utf8');
  const disposition = /^content-disposition:(.*)$/im.exec(headers)?.[1] ?? '';
  if (/;\s*filename\*?=/i.test(disposition)) return [];
  const name = /;\s*name=(?:"([^"]*)"|([^;\s]+))/i.exec(disposition);
  const field = name?.[1] ?? name?.[2];
  if (field === undefined) return [];
  return [[field, part.subarray(headerEnd + partEnd.length).toString('utf8')]];
}

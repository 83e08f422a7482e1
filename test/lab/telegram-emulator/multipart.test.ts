import { describe, expect, it } from 'vitest';
import { parseMultipart } from '../../../services/lab/telegram-emulator/multipart.ts';

const form = (...parts: string[]): string => `${parts.map((part) => `--b\r\n${part}\r\n`).join('')}--b--\r\n`;
const parse = (body: string, contentType = 'multipart/form-data; boundary=b') =>
  parseMultipart(contentType, Buffer.from(body));
/** Fields by name, and files as `name:content`. */
const read = (body: string, contentType?: string): unknown => {
  const data = parse(body, contentType);
  if (typeof data === 'string') return data;
  const files = [...data.files].map(([field, { name, bytes }]) => [field, `${name}:${bytes}`]);
  return { ...Object.fromEntries(data.fields), ...Object.fromEntries(files) };
};
const text = 'Content-Disposition: form-data; name="a"\r\n\r\n1';

describe('a multipart body', () => {
  it.each([
    ['multipart/form-data; boundary=b', form(text)],
    ['multipart/form-data; charset=utf-8; boundary="b"', form(text)],
    ['Multipart/Form-Data; BOUNDARY=b; x=y', form(text)],
    ['multipart/form-data; boundary=b', `preamble\r\n${form(text)}epilogue`],
    ['multipart/form-data; boundary=b', form(`X: y\r\ncontent-disposition:form-data;name=a\r\n\r\n1`)],
    ['multipart/form-data; boundary=b', form(`Content-Disposition: form-data;\r\n name="a"\r\n\r\n1`)],
    ['multipart/form-data; boundary=b', form(`${text.replace('"a"', '"%61"')}`)],
    [
      'multipart/form-data; boundary=b',
      form(
        'Content-Type: application/x-www-form-urlencoded\r\nContent-Disposition: form-data; name=x\r\n\r\na=1',
      ),
    ],
  ])('is read as %s', (contentType, body) => {
    expect(read(body, contentType)).toEqual({ a: '1' });
  });

  it('keeps line breaks and dashes in its values', () => {
    const body = form(
      'Content-Disposition: form-data; name="a"\r\n\r\none\r\n--two\r\n',
      'Content-Disposition: form-data; name="b"\r\n\r\n',
    );
    expect(read(body)).toEqual({ a: 'one\r\n--two\r\n', b: '' });
  });

  it.each([
    ['filename="a.txt"', 'a.txt'],
    ['filename=a.txt', 'a.txt'],
    ['filename=""', ''],
    ['filename="%D1%84.txt"', 'ф.txt'],
    ['filename="ф.txt"', 'ф.txt'],
    ['filename="100%.txt"', '100%.txt'],
    [String.raw`filename="a\"b\\c;d=e.txt"; x=y`, String.raw`a"b\c;d=e.txt`],
    [`filename="a.txt"; filename*=UTF-8''b.txt`, 'a.txt'],
    [`filename*=UTF-8''b.txt; filename="a.txt"`, 'a.txt'],
  ])('a part with %s is a file', (parameters, name) => {
    const body = form(`Content-Disposition: form-data; name="f"; ${parameters}\r\n\r\n\0\x01\r\n`);
    expect(read(body)).toEqual({ f: `${name}:\0\x01\r\n` });
  });

  it('a part with filename* alone is a field, as for the real server', () => {
    expect(read(form(`Content-Disposition: form-data; name="f"; filename*=UTF-8''b\r\n\r\n1`))).toEqual({
      f: '1',
    });
  });

  it.each([
    ['multipart/form-data', form(text), 'boundary not found'],
    ['multipart/form-data; boundary', form(text), 'boundary value not found'],
    ['multipart/form-data; boundary=', form(text), 'boundary too big or empty'],
    [`multipart/form-data; boundary=${'b'.repeat(71)}`, form(text), 'boundary too big or empty'],
    ['multipart/form-data; boundary=b', '--', 'unexpected end of request content'],
    ['multipart/form-data; boundary=b', `--b\r\n${text}`, 'unexpected end of request content'],
    ['multipart/form-data; boundary=b', form('\r\n\r\n1'), 'headers in multipart/form-data are empty'],
    [
      'multipart/form-data; boundary=b',
      form('Content-Type: text/plain\r\n\r\n1'),
      'field name in multipart/form-data not found',
    ],
    [
      'multipart/form-data; boundary=b',
      form('Content-Disposition: attachment; name="a"\r\n\r\n1'),
      'expected form-data content disposition',
    ],
    [
      'multipart/form-data; boundary=b',
      form('Content-Disposition: form-data; name="a\r\n\r\n1'),
      'unclosed quoted string in Content-Disposition header',
    ],
    [
      'multipart/form-data; boundary=b',
      form('Content-Disposition: form-data; name="a\\\r\n\r\n1'),
      'wrong escape sequence in Content-Disposition header',
    ],
    [
      'multipart/form-data; boundary=b',
      form('Content-Disposition: form-data; name="a" x\r\n\r\n1'),
      "expected ';' in Content-Disposition header",
    ],
  ])('of the type %s is refused: %j', (contentType, body, why) => {
    expect(parse(body, contentType)).toBe(`Bad Request: ${why}`);
  });
});

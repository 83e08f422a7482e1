import { describe, expect, it } from 'vitest';
import {
  type Arguments,
  leadingInteger,
  readArguments,
} from '../../../services/lab/telegram-emulator/arguments.ts';
import { startRig } from './emulator-fixture.ts';

describe('rule 1: integers are lenient prefix parses', () => {
  it.each([
    ['', 0],
    ['abc', 0],
    ['12abc', 12],
    ['-7', -7],
    ['--7', 0],
    [' 7', 0],
    ['+7', 0],
    ['1.9', 1],
    ['2147483647', 2_147_483_647],
    ['2147483648', -2_147_483_648],
    ['4294967297', 1],
    ['99999999999999999999', Number(BigInt.asIntN(32, 99_999_999_999_999_999_999n))],
  ])('%o is %i', (text, value) => {
    expect(leadingInteger(text)).toBe(value);
  });

  it.each([
    [{}, 100],
    [{ limit: '0' }, 1],
    [{ limit: 'abc' }, 1],
    [{ limit: -5 }, 1],
    [{ limit: 1000 }, 100],
    [{ limit: null }, 1],
    [{ limit: '' }, 100],
    [{ limit: 7 }, 7],
  ])('getUpdates with %o gives %i updates', async (args, count) => {
    const rig = startRig();
    rig.pushIds(...Array.from({ length: 120 }, (_, index) => index + 1));
    expect(await rig.ids(args)).toHaveLength(count);
  });

  it.each([
    [300, 50_000],
    ['7x', 7000],
    [4.9, 4000],
  ])('a timeout of %o waits %i ms', async (timeout, waitedMs) => {
    const rig = startRig();
    const poll = await rig.poll({ timeout });
    await rig.clock.advance(100_000);
    expect(poll).toMatchObject({ ids: [], answeredAtMs: waitedMs });
  });

  it.each([-1, 'abc', ''])('a timeout of %o is 0', async (timeout) => {
    expect((await startRig().poll({ timeout })).ids).toEqual([]);
  });
});

describe('reading a request', () => {
  const read = (parts: { query?: string; contentType?: string; body?: string }): Arguments => {
    const args = readArguments({
      searchParams: new URLSearchParams(parts.query),
      contentType: parts.contentType ?? '',
      body: Buffer.from(parts.body ?? ''),
    });
    if (typeof args === 'string') throw new Error(args);
    return args;
  };
  const boundary = 'XyZ';
  const multipart = (...parts: string[]): { contentType: string; body: string } => ({
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: `${parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('')}--${boundary}--\r\n`,
  });

  it.each([
    ['a query string', { query: 'text=a+b%26&n=5' }],
    ['urlencoded', { contentType: 'application/x-www-form-urlencoded', body: 'text=a+b%26&n=5' }],
    ['JSON', { contentType: 'application/json; charset=utf-8', body: '{"text":"a b&","n":5}' }],
    [
      'multipart',
      multipart(
        'Content-Disposition: form-data; name="text"\r\n\r\na b&',
        'Content-Type: text/plain\r\ncontent-disposition: form-data; name=n\r\n\r\n5',
      ),
    ],
  ])('takes %s', (_, parts) => {
    const args = read(parts);
    expect([args.text('text'), args.text('n')]).toEqual(['a b&', '5']);
  });

  it('reads JSON values of other types as their JSON text', () => {
    const args = read({ contentType: 'application/json', body: '{"a":{"b":[1]},"t":true,"z":null}' });
    expect([args.text('a'), args.text('t'), args.text('z'), args.flag('t')]).toEqual([
      '{"b":[1]}',
      'true',
      'null',
      true,
    ]);
  });

  it('lets the query string win over the body', () => {
    const body = { contentType: 'application/json', body: '{"text":"body","other":"1"}' };
    const args = read({ query: 'text=query', ...body });
    expect([args.text('text'), args.text('other')]).toEqual(['query', '1']);
  });

  it.each([
    ['null', {}],
    ['[1]', {}],
    ['"text"', {}],
    ['', {}],
    ['{"a":"1","b":', { a: '1' }],
    ['{"a":"1" "b":"2"}', { a: '1', b: '2' }],
    ['{"a":"1","b":tru,"c":"2"}', { a: '1' }],
    ['{"a":"1","b":[1,{]},"c":"2"}', { a: '1' }],
    [' { "a" : "\\u0041\\n\\"" , "b" : [ 1, "]" ] , } ', { a: 'A\n"', b: '[ 1, "]" ]' }],
    ['{"a":"1","a":"2"}', { a: '1' }],
    ['{"a":12345678901234567890,"b":1.50}', { a: '12345678901234567890', b: '1.50' }],
  ])('takes from the JSON body %s what stands before an error', (body, values) => {
    const args = read({ contentType: 'application/json', body });
    const names = ['a', 'b', 'c'].filter((name) => args.has(name));
    expect(Object.fromEntries(names.map((name) => [name, args.text(name)]))).toEqual(values);
  });

  it('takes nothing from a body of another type', () => {
    expect(read({ contentType: 'text/plain', body: '{"a":"1"}' }).has('a')).toBe(false);
  });
});

/** The wire format, in whatever pieces it arrives. */
import { describe, expect, it } from 'vitest';
import { encodeCommand, ReplyParser } from '../../../../services/lab/redis-rest/real/resp.ts';
import { RedisError, type Reply, StatusReply } from '../../../../services/lab/redis-rest/store/reply.ts';

const wire = [
  '+OK\r\n',
  '-ERR no\r\n',
  ':42\r\n',
  ':-1\r\n',
  '$5\r\na\r\nbc\r\n',
  '$0\r\n\r\n',
  '$-1\r\n',
  '*-1\r\n',
  '*0\r\n',
  '*3\r\n*2\r\n:1\r\n$1\r\nx\r\n*0\r\n*1\r\n*1\r\n+Q\r\n',
  `$70000\r\n${'y'.repeat(70_000)}\r\n`,
  ':7\r\n',
].join('');
const replies: Reply[] = [
  new StatusReply('OK'),
  new RedisError('ERR no'),
  42,
  -1,
  'a\r\nbc',
  '',
  null,
  null,
  [],
  [[1, 'x'], [], [[new StatusReply('Q')]]],
  'y'.repeat(70_000),
  7,
];

describe('ReplyParser', () => {
  it.each([1, 2, 3, 7, 64, 4096, 1_000_000])('reads the same from pieces of %i bytes', (size) => {
    const parser = new ReplyParser();
    const read: Reply[] = [];
    for (let at = 0; at < wire.length; at += size) read.push(...parser.feed(wire.slice(at, at + size)));
    expect(read).toStrictEqual(replies);
  });

  it('refuses an invalid reply', () => {
    expect(() => new ReplyParser().feed('HTTP/1.1 200 OK\r\n')).toThrow(/began with "H"/);
  });
});

describe('encodeCommand', () => {
  it('counts bytes', () => {
    expect(encodeCommand(['SET', 'k', '\u00d0\u00b8\r\n'])).toBe(
      '*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4\r\n\u00d0\u00b8\r\n\r\n',
    );
  });
});

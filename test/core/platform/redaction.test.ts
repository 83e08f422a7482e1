import { describe, expect, it } from 'vitest';
import { redactAll, redactor } from '../../../services/core/platform/redaction.ts';

describe('redactor', () => {
  it('removes known secrets, even when a library escaped them', () => {
    const redact = redactor(['p@ss/word"1', undefined]);
    expect(redact('a p@ss/word"1 b p%40ss%2Fword%221 c p@ss/word\\"1')).toBe(
      'a [redacted] b [redacted] c [redacted]',
    );
  });

  it('removes anything shaped like a bot token, known or not', () => {
    const text =
      'invalid json at https://api.telegram.org/bot123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/getMe';
    expect(redactor()(text)).toBe('invalid json at https://api.telegram.org/bot[redacted]/getMe');
  });

  it('removes whatever follows Bearer and _token=', () => {
    expect(redactor()('Bearer abc.def x?_token=qwe&y=1')).toBe('Bearer [redacted] x?_token=[redacted]&y=1');
  });

  it('replaces the longer of two secrets first', () => {
    expect(redactor(['secret-1', 'secret-123'])('secret-123')).toBe('[redacted]');
  });

  const botToken = '123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw';
  const storeToken = 'AYNgAAIjcDExMmM0NTY3ODkwYWJjZGVmMTIzNDU2Nzg5MA==';

  it('removes a known secret however far it was cut, down to half of it', () => {
    const redact = redactor([botToken, storeToken, 'a-16-char-secret']);
    const secretPart = botToken.slice(botToken.indexOf(':') + 1);
    for (const secret of [secretPart, storeToken, 'a-16-char-secret']) {
      const half = Math.floor(secret.length / 2);
      for (let at = 0; at + half <= secret.length; at += 1) {
        const piece = secret.slice(at, at + half);
        expect(redact(`cut: ${piece}… and "${piece}"`)).toBe('cut: [redacted]… and "[redacted]"');
      }
    }
    expect(redact(`https://x/bot${botToken.slice(0, 25)}`)).toBe('https://x/bot123456789:[redacted]');
  });

  it('masks a long text in which parts of a secret repeat', () => {
    const redact = redactor([storeToken]);
    expect(redact(storeToken.slice(0, 6).repeat(1000))).toBe(storeToken.slice(0, 6).repeat(1000));
    expect(redact(storeToken.slice(0, 30).repeat(1000))).toBe('[redacted]'.repeat(1000));
  });

  it.each(['%3A', '%3a', '%253a'])('removes a bot token whose colon is %s', (colon) => {
    const encoded = botToken.replace(':', colon);
    expect(redactor()(`?url=bot${encoded}%2FgetMe`)).toBe('?url=bot[redacted]%2FgetMe');
  });

  it('removes a known secret in both cases of percent-encoding, and before a quote', () => {
    const redact = redactor(['p@ss/word=1']);
    expect(redact('p%40ss%2fword%3d1 "p@ss/word=1" \'p@ss/word=1\'')).toBe(
      `[redacted] "[redacted]" '[redacted]'`,
    );
    expect(redactor()(String.raw`{"a":"{\"b\":\"Bearer abc\"}"}`)).toBe(
      String.raw`{"a":"{\"b\":\"Bearer [redacted]\"}"}`,
    );
  });

  it('leaves ordinary text unchanged', () => {
    const text = 'lock held by host a-1, pid 42, at 12:34:56';
    expect(redactor(['', 'x'])(text)).toBe(text);
  });
});

describe('redactAll', () => {
  it('redacts texts and keys wherever they are, and nothing else', () => {
    const secret = 'the-secret-"of"-this-test';
    const value = { [secret]: [{ a: `x ${secret}`, b: 7, c: null, d: undefined, e: true }] };
    const clean = redactAll(value, redactor([secret]));
    expect(clean).toEqual({ '[redacted]': [{ a: 'x [redacted]', b: 7, c: null, d: undefined, e: true }] });
  });
});

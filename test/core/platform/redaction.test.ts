import { describe, expect, it } from 'vitest';
import { redactor } from '../../../services/core/platform/redaction.ts';

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

  it('leaves ordinary text unchanged', () => {
    const text = 'lock held by host a-1, pid 42, at 12:34:56';
    expect(redactor(['', 'x'])(text)).toBe(text);
  });
});

/** The settings. That a whole worker obeys them: test/bot/proxy.test.ts. */
import { describe, expect, it } from 'vitest';
import { proxyEnvironment } from '../../services/adapters/proxy.ts';

const proxy = 'http://proxy.corp:3128';

describe('the proxy of an environment', () => {
  it.each([
    ['nothing is set', {}],
    ['the variables are empty', { HTTPS_PROXY: '', http_proxy: '' }],
    ['every host is excluded', { HTTPS_PROXY: proxy, NO_PROXY: 'corp, *' }],
  ])('is none when %s', (_what, environment) => {
    expect(proxyEnvironment(environment)).toBeUndefined();
  });

  it('is read in either case, lower case first', () => {
    expect(proxyEnvironment({ HTTPS_PROXY: 'http://other', https_proxy: proxy })?.HTTPS_PROXY).toBe(proxy);
    expect(proxyEnvironment({ HTTP_PROXY: proxy })).toMatchObject({ HTTP_PROXY: proxy });
  });

  it('excludes what NO_PROXY says, and always loopback and the metadata addresses', () => {
    const { NO_PROXY } = proxyEnvironment({ HTTPS_PROXY: proxy, NO_PROXY: 'a.corp, .b.corp\tc' }) ?? {};
    const excluded = (NO_PROXY ?? '').split(',');
    expect(excluded).toEqual(expect.arrayContaining(['a.corp', '.b.corp', 'c']));
    expect(excluded).toEqual(expect.arrayContaining(['localhost', '127.0.0.1', '[::1]', '169.254.170.2']));
  });

  it.each(['proxy.corp:3128', 'socks5://proxy.corp:1080', 'http://:secret@', 'nonsense'])(
    'is refused with one line for each variable that names none, and does not show it: %s',
    (value) => {
      const read = () => proxyEnvironment({ HTTPS_PROXY: value, HTTP_PROXY: proxy });
      expect(read).toThrow(
        /^HTTPS_PROXY: expected the address of an HTTP proxy, got \d+ characters .*; write /,
      );
      expect(read).not.toThrow(value);
    },
  );
});

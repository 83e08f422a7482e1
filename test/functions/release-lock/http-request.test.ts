import { describe, expect, it } from 'vitest';
import { readPageRequest } from '../../../functions/release-lock/http-request.ts';

const event = {
  version: '2.0',
  rawPath: '/a-link',
  rawQueryString: '',
  headers: { 'Content-Type': 'text/plain', host: 'abc.lambda-url.aws' },
  cookies: ['a=1', 'b=2'],
  requestContext: { domainName: 'abc.lambda-url.aws', http: { method: 'POST' } },
  body: 'x=y',
  isBase64Encoded: false,
};

describe('readPageRequest', () => {
  it('reads method, path, origin, headers, cookies and body', () => {
    const request = readPageRequest(event);
    expect(request).toMatchObject({
      method: 'POST',
      path: '/a-link',
      ownOrigin: 'https://abc.lambda-url.aws',
      body: 'x=y',
    });
    expect(request?.header('content-type')).toBe('text/plain');
    expect(request?.header('origin')).toBeUndefined();
    expect(request?.cookie('b')).toBe('2');
    expect(request?.cookie('c')).toBeUndefined();
  });

  it('decodes a base64 body', () => {
    const body = Buffer.from('имя=1').toString('base64');
    expect(readPageRequest({ ...event, body, isBase64Encoded: true })?.body).toBe('имя=1');
    expect(readPageRequest({ ...event, body: null })?.body).toBe('');
  });

  it('reads cookies from the header if the event lists none', () => {
    const { cookies, ...rest } = event;
    const request = readPageRequest({ ...rest, headers: { cookie: 'a=1; b=2' } });
    expect(request?.cookie('b')).toBe('2');
    expect(cookies).toHaveLength(2);
  });

  it('answers no cookie if there are two of that name', () => {
    expect(readPageRequest({ ...event, cookies: ['a=1', 'a=2'] })?.cookie('a')).toBeUndefined();
  });

  it.each([
    ['ABC.aws', undefined, 'https://abc.aws'],
    [undefined, 'abc.aws', 'https://abc.aws'],
    ['127.0.0.1', '127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['localhost', undefined, 'http://localhost'],
    ['[::1]', '[::1]:80', 'http://[::1]:80'],
  ])('names the origin of domain %s and host %s: %s', (domainName, host, origin) => {
    const context = { http: { method: 'GET' }, domainName };
    expect(readPageRequest({ ...event, headers: { host }, requestContext: context })?.ownOrigin).toBe(origin);
  });

  it.each([
    ['/link', 'fbclid=x', '/link'],
    ['/link/', '', '/link'],
    ['/link/', 'utm_source=chat', '/link'],
    ['/link//', '', '/link/'],
    ['/', '', '/'],
  ])('ignores what others append to %s?%s', (rawPath, rawQueryString, path) => {
    expect(readPageRequest({ ...event, rawPath, rawQueryString })?.path).toBe(path);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'x'],
    ['version 1.0', { ...event, version: '1.0' }],
    ['a path that is a number', { ...event, rawPath: 5 }],
    ['a path over 400 characters', { ...event, rawPath: `/${'a'.repeat(400)}` }],
    ['no method', { ...event, requestContext: { domainName: 'abc.aws' } }],
    ['no host', { ...event, headers: {}, requestContext: { http: { method: 'GET' } } }],
    ['an invalid host', { ...event, requestContext: { ...event.requestContext, domainName: 'a b' } }],
    [
      'a loopback domain behind another host',
      { ...event, requestContext: { ...event.requestContext, domainName: 'localhost' } },
    ],
    ['a body over 4096 characters', { ...event, body: 'a'.repeat(4097) }],
    ['a body that is an object', { ...event, body: {} }],
  ])('refuses %s', (_name, value) => {
    expect(readPageRequest(value)).toBeUndefined();
  });
});

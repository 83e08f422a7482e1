/** Requests to the function URL in odd encodings and shapes, and what headers pretend: none changes or reveals anything. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LinkAction } from '../../../services/core/ops/links/signed-link.ts';
import { botToken, FunctionFixture } from '../../support/function-fixture.ts';
import { domain, type Form, getEvent, Phone, postEvent, type UrlEvent } from './phone.ts';

interface Scene {
  readonly links: Readonly<Record<LinkAction, string>>;
  readonly repair: Form;
  readonly drop: Form;
}

const withHeaders = (event: UrlEvent, headers: Readonly<Record<string, unknown>>): UrlEvent => ({
  ...event,
  headers: { ...event.headers, ...(headers as Record<string, string>) },
});
const withBody = (event: UrlEvent, body: string | Buffer): UrlEvent => ({
  ...event,
  body: typeof body === 'string' ? body : body.toString('base64'),
  isBase64Encoded: typeof body !== 'string',
});
const encoded = ({ fields }: Form): string => new URLSearchParams(fields).toString();
const typed = (drop: Form, text: string) => postEvent({ ...drop, fields: { ...drop.fields, typed: text } });
const formType = 'application/x-www-form-urlencoded';

const requests: Readonly<Record<string, (scene: Scene) => unknown>> = {
  'a path with a NUL': ({ links }) => getEvent(`${links.recover}\0`),
  'a path with an encoded NUL': ({ links }) => getEvent(`${links.recover}%00`),
  'a path encoded twice': ({ links }) => getEvent(links.recover.replace('.', '%252e')),
  'a path with wide dots': ({ links }) => getEvent(links.recover.replaceAll('.', '．')),
  'a path with a backslash': ({ links }) => getEvent(links.recover.replace('/', '\\')),
  'a path with two slashes before it': ({ links }) => getEvent(`/${links.recover}`),
  'a path with parameters': ({ links }) => getEvent(`${links.recover};jsessionid=1`),
  'a path with a fragment': ({ links }) => getEvent(`${links.recover}#x`),
  'a path as a whole address': ({ links }) => getEvent(`https://${domain}${links.recover}`),
  'a path with half of a surrogate pair': ({ links }) => getEvent(`${links.recover}\ud83d`),
  'a path with a hidden tag': ({ links }) => getEvent(`${links.recover}\u{E0041}`),
  'a signature of base64 with padding': ({ links }) => getEvent(`${links.recover}=`),
  'a method that a header overrides': ({ links }) =>
    withHeaders(postEvent({ path: links.status, fields: {}, cookie: '' }), {
      'x-http-method-override': 'GET',
      'x-http-method': 'GET',
    }),
  'a form that says it is a GET': ({ repair }) =>
    withHeaders(
      { ...postEvent(repair), requestContext: { domainName: domain, http: { method: 'get' } } },
      { 'x-http-method-override': 'POST' },
    ),
  'a method in a list': ({ repair }) => ({
    ...postEvent(repair),
    requestContext: { domainName: domain, http: { method: ['POST'] } },
  }),
  'an origin in a list': ({ repair }) =>
    withHeaders(postEvent(repair), { origin: ['https://evil.example'], 'sec-fetch-site': 'cross-site' }),
  'a foreign origin beside a forwarded host': ({ repair }) =>
    withHeaders(postEvent(repair), {
      origin: 'https://evil.example',
      'x-forwarded-host': 'evil.example',
      forwarded: 'host=evil.example',
    }),
  'a foreign host with its own origin': ({ repair }) =>
    withHeaders(postEvent(repair), { host: 'evil.example', origin: 'https://evil.example' }),
  'two origins in one header': ({ repair }) =>
    withHeaders(postEvent(repair), { origin: `https://${domain}, https://evil.example` }),
  'its origin with a dot behind it': ({ repair }) =>
    withHeaders(postEvent(repair), { origin: `https://${domain}.` }),
  'its origin with a name in it': ({ repair }) =>
    withHeaders(postEvent(repair), { origin: `https://evil@${domain}` }),
  'a site that is nearly the same': ({ repair }) =>
    withHeaders(postEvent(repair), { 'sec-fetch-site': 'Same-Origin' }),
  'a site that is empty': ({ repair }) => withHeaders(postEvent(repair), { 'sec-fetch-site': '' }),
  'a type with another charset': ({ repair }) =>
    withHeaders(postEvent(repair), { 'content-type': `${formType}; charset=utf-7` }),
  'two types in one header': ({ repair }) =>
    withHeaders(postEvent(repair), { 'content-type': `${formType}, text/plain` }),
  'a body in UTF-16': ({ repair }) => withBody(postEvent(repair), Buffer.from(encoded(repair), 'utf16le')),
  'a body behind a byte order mark': ({ repair }) =>
    withBody(postEvent(repair), Buffer.from(`\ufeff${encoded(repair)}`)),
  'a body that is compressed': ({ repair }) =>
    withHeaders(withBody(postEvent(repair), Buffer.from([0x1f, 0x8b, 8, 0])), { 'content-encoding': 'gzip' }),
  'a body with overlong UTF-8': ({ repair }) =>
    withBody(postEvent(repair), Buffer.from([0xc1, 0xae, 0xc1, 0xaf, 0x3d, 0x31])),
  'a body encoded, but not said to be': ({ repair }) =>
    withBody(postEvent(repair), Buffer.from(encoded(repair)).toString('base64')),
  'fields in brackets': ({ repair }) =>
    withBody(postEvent(repair), encoded(repair).replace('nonce=', 'nonce[]=')),
  'fields with semicolons': ({ repair }) => withBody(postEvent(repair), encoded(repair).replaceAll('&', ';')),
  'an inherited field': ({ repair }) => withBody(postEvent(repair), `${encoded(repair)}&__proto__=1`),
  'a field without a value': ({ repair }) => withBody(postEvent(repair), `${encoded(repair)}&force`),
  'a thousand fields': ({ repair }) => withBody(postEvent(repair), `${encoded(repair)}${'&a=1'.repeat(900)}`),
  'a thousand cookies': ({ repair }) =>
    postEvent(repair, { cookies: Array.from({ length: 1000 }, (_, index) => `__Host-staffprobot=${index}`) }),
  'a cookie with blanks': ({ repair }) => postEvent(repair, { cookies: [repair.cookie.replace('=', ' = ')] }),
  'a cookie in quotes': ({ repair }) =>
    postEvent(repair, { cookies: [repair.cookie.replace(/=(.*)/, '="$1"')] }),
  'a cookie in capitals': ({ repair }) =>
    postEvent(repair, { cookies: [repair.cookie.replace(/=(.*)/, (value) => value.toUpperCase())] }),
  'wide digits typed': ({ drop }) => typed(drop, '２'),
  'Arabic digits typed': ({ drop }) => typed(drop, '٢'),
  'a sign before the number': ({ drop }) => typed(drop, '+2'),
  'the number and a word': ({ drop }) => typed(drop, '2 webhook'),
  'a number in another base': ({ drop }) => typed(drop, '0x2'),
};

describe('an odd request to the function URL', () => {
  let fixture: FunctionFixture;
  let phone: Phone;
  let scene: Scene;

  // Once for all: a request that changed something fails its test.
  beforeAll(async () => {
    fixture = await FunctionFixture.open(undefined);
    phone = new Phone(fixture);
    const links = await phone.goDown();
    await fixture.takeLock();
    await phone.ops({ action: 'drop-updates', reason: 'an empty queue' });
    for (const text of ['one', 'two']) fixture.telegram.pushText(botToken, { chatId: 7, text });
    const [repair, drop] = [await phone.form(links.recover), await phone.form(links['drop-updates'], '2')];
    scene = { links, repair, drop };
  });
  afterAll(() => fixture?.close());

  it.each(Object.keys(requests))('gets the same refusal and changes nothing: %s', async (name) => {
    const before = await phone.everything();
    const answer = await phone.ops(requests[name]?.(scene));
    expect(await phone.everything()).toBe(before);
    expect(answer).toEqual(await phone.ops(getEvent('/')));
    expect(answer).toMatchObject({ statusCode: 403 });
  });

  it('is no form that was sent before: the second time drops nothing', async () => {
    expect((await phone.send(scene.drop)).body).toContain('Удалено из очереди: 2');
    fixture.telegram.pushText(botToken, { chatId: 7, text: 'three' });
    expect((await phone.send(scene.drop)).statusCode).toBe(200);
    expect(fixture.telegram.state(botToken).pending).toBe(1);
  });
});

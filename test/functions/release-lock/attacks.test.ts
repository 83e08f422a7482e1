/** Attacks through the function URL: none may change or reveal anything. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LinkAction } from '../../../services/core/ops/links/signed-link.ts';
import { botToken, FunctionFixture } from '../../support/function-fixture.ts';
import { domain, type Form, getEvent, Phone, postEvent, type UrlEvent } from './phone.ts';

interface Scene {
  readonly phone: Phone;
  readonly links: Readonly<Record<LinkAction, string>>;
  /** The links of another superadmin's alert about the same outage. */
  readonly others: Readonly<Record<LinkAction, string>>;
  readonly repair: Form;
  readonly drop: Form;
  readonly acknowledge: Form;
}

type Attack = (scene: Scene) => unknown;

const withHeaders = (event: UrlEvent, headers: Record<string, string | undefined>): UrlEvent => {
  const all: Record<string, string | undefined> = { ...event.headers, ...headers };
  const kept = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { ...event, headers: Object.fromEntries(kept) };
};
const withBody = (event: UrlEvent, body: string, isBase64Encoded = false): UrlEvent => ({
  ...event,
  body,
  isBase64Encoded,
});
const withMethod = (event: UrlEvent, method: string): UrlEvent => ({
  ...event,
  requestContext: { domainName: domain, http: { method, path: event.rawPath } },
});
const formBody = (fields: Record<string, string>): string => new URLSearchParams(fields).toString();
/** Another character in the middle: the last one of a base64url signature carries unused bits. */
const spoiled = (text: string, at = Math.floor(text.length / 2)): string =>
  `${text.slice(0, at)}${text[at] === 'a' ? 'b' : 'a'}${text.slice(at + 1)}`;
const signatureOf = (path: string): string => path.slice(path.lastIndexOf('.') + 1);
const textOf = (path: string): string => path.slice(0, path.lastIndexOf('.'));
const [, , outage, id] = [0, 1, 2, 3];

/** Swaps a part of the link's text and keeps the signature. */
function swapped(path: string, part: number, value: string): string {
  const parts = path.split('.');
  parts[part] = value;
  return parts.join('.');
}

const attacks: Readonly<Record<string, Attack>> = {
  'no path': () => getEvent('/'),
  'an unknown path': () => getEvent('/admin'),
  'a path of dots': () => getEvent('/....'),
  'a path of 100,000 characters': () => getEvent(`/${'a'.repeat(100_000)}`),
  'a link without its signature': ({ links }) => getEvent(textOf(links.recover)),
  'a link with an empty signature': ({ links }) => getEvent(`${textOf(links.recover)}.`),
  'a signature with one character changed': ({ links }) =>
    getEvent(`${textOf(links.recover)}.${spoiled(signatureOf(links.recover))}`),
  'a signature cut short': ({ links }) => getEvent(links.recover.slice(0, -1)),
  'a signature with a character more': ({ links }) => getEvent(`${links.recover}A`),
  'a signature in upper case': ({ links }) =>
    getEvent(`${textOf(links.recover)}.${signatureOf(links.recover).toUpperCase()}`),
  'the signature of another link': ({ links }) =>
    getEvent(`${textOf(links.recover)}.${signatureOf(links.status)}`),
  'the signature of a form': ({ links, repair }) =>
    getEvent(`${textOf(links.recover)}.${repair.fields['nonce']}`),
  'another action in the address': ({ links }) => getEvent(swapped(links.status, 0, '/recover')),
  'I’m on it in the address': ({ links }) => getEvent(swapped(links.status, 0, '/acknowledge')),
  'an action that no link has': ({ links }) => getEvent(swapped(links.status, 0, '/release-lock')),
  'another recipient in the address': ({ links }) => getEvent(swapped(links.recover, 1, '102')),
  'another outage in the address': ({ links }) =>
    getEvent(swapped(links.recover, outage, `outage-${'0'.repeat(32)}`)),
  'another id in the address': ({ links }) => getEvent(swapped(links.recover, id, '0'.repeat(32))),
  'the id of another link': ({ links, others }) =>
    getEvent(swapped(links.recover, id, others.recover.split('.')[3] ?? '')),
  'a link in a folder': ({ links }) => getEvent(`/x${links.recover}`),
  'a link with two trailing slashes': ({ links }) => getEvent(`${links.recover}//`),
  'a link with an encoded character': ({ links }) => getEvent(links.recover.replace('recover', '%72ecover')),
  'a link with a line break': ({ links }) => getEvent(`${links.recover}\n`),
  'an expired link': async ({ phone, links }) => {
    await expire(phone, links.recover);
    return getEvent(links.recover);
  },
  'the form of an expired link': async ({ phone, repair }) => {
    await expire(phone, repair.path);
    return postEvent(repair);
  },
  'HEAD, as previews send it': ({ links }) => withMethod(getEvent(links.recover), 'HEAD'),
  'HEAD to I’m on it, as previews send it': ({ links }) => withMethod(getEvent(links.acknowledge), 'HEAD'),
  'I’m on it without its cookie, as a preview that fetched the form': ({ acknowledge }) =>
    postEvent(acknowledge, { cookies: [] }),
  OPTIONS: ({ repair }) => withMethod(postEvent(repair), 'OPTIONS'),
  PUT: ({ repair }) => withMethod(postEvent(repair), 'PUT'),
  DELETE: ({ repair }) => withMethod(postEvent(repair), 'DELETE'),
  PATCH: ({ repair }) => withMethod(postEvent(repair), 'PATCH'),
  'a method in lower case': ({ repair }) => withMethod(postEvent(repair), 'post'),
  'an unknown method': ({ repair }) => withMethod(postEvent(repair), 'RECOVER'),
  'a POST to the status page': ({ links, repair }) => postEvent({ ...repair, path: links.status }),
  'a form for another link': ({ repair, others }) => postEvent({ ...repair, path: others.recover }),
  'a repair form for the drop link': ({ repair, links }) =>
    postEvent({ ...repair, path: links['drop-updates'] }),
  'a drop form for the repair link': ({ drop, links }) => postEvent({ ...drop, path: links.recover }),
  'a repair form for I’m on it': ({ repair, links }) => postEvent({ ...repair, path: links.acknowledge }),
  'a form of I’m on it for the repair link': ({ acknowledge, links }) =>
    postEvent({ ...acknowledge, path: links.recover }),
  'a form of I’m on it for another superadmin': ({ acknowledge, others }) =>
    postEvent({ ...acknowledge, path: others.acknowledge }),
  'the form of an expired I’m on it': async ({ phone, acknowledge }) => {
    await expire(phone, acknowledge.path);
    return postEvent(acknowledge);
  },
  'I’m on it from a foreign origin': ({ acknowledge }) =>
    withHeaders(postEvent(acknowledge), { origin: 'https://evil.example' }),
  'no nonce': ({ repair }) => postEvent({ ...repair, fields: {} }),
  'an empty nonce': ({ repair }) => postEvent({ ...repair, fields: { nonce: '' } }),
  'a nonce with one character changed': ({ repair }) =>
    postEvent({ ...repair, fields: { nonce: spoiled(repair.fields['nonce'] ?? '') } }),
  'the link’s signature as a nonce': ({ repair }) =>
    postEvent({ ...repair, fields: { nonce: signatureOf(repair.path) } }),
  'the nonce twice': ({ repair }) =>
    withBody(postEvent(repair), `${formBody(repair.fields)}&${formBody(repair.fields)}`),
  'a field more': ({ repair }) => postEvent({ ...repair, fields: { ...repair.fields, force: 'true' } }),
  'no cookie': ({ repair }) => postEvent(repair, { cookies: [] }),
  'another browser’s cookie': ({ repair }) =>
    postEvent({ ...repair, cookie: `__Host-staffprobot=${'0'.repeat(32)}` }),
  'an empty cookie': ({ repair }) => postEvent({ ...repair, cookie: '__Host-staffprobot=' }),
  'the cookie under another name': ({ repair }) =>
    postEvent({ ...repair, cookie: repair.cookie.replace('__Host-', '') }),
  'the cookie twice': ({ repair }) =>
    postEvent(repair, { cookies: [repair.cookie, `__Host-staffprobot=${'0'.repeat(32)}`] }),
  'a foreign origin': ({ repair }) => withHeaders(postEvent(repair), { origin: 'https://evil.example' }),
  'the same host over http': ({ repair }) => withHeaders(postEvent(repair), { origin: `http://${domain}` }),
  'the same host on another port': ({ repair }) =>
    withHeaders(postEvent(repair), { origin: `https://${domain}:8443` }),
  'an origin that only starts like ours': ({ repair }) =>
    withHeaders(postEvent(repair), { origin: `https://${domain}.evil.example` }),
  'a foreign origin that says same-origin': ({ repair }) =>
    withHeaders(postEvent(repair), { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' }),
  'origin null without Sec-Fetch-Site': ({ repair }) =>
    withHeaders(postEvent(repair), { 'sec-fetch-site': undefined }),
  'origin null, cross-site': ({ repair }) =>
    withHeaders(postEvent(repair), { 'sec-fetch-site': 'cross-site' }),
  'origin null, same-site': ({ repair }) => withHeaders(postEvent(repair), { 'sec-fetch-site': 'same-site' }),
  'origin null, from nowhere': ({ repair }) => withHeaders(postEvent(repair), { 'sec-fetch-site': 'none' }),
  'our origin, cross-site': ({ repair }) =>
    withHeaders(postEvent(repair), { origin: `https://${domain}`, 'sec-fetch-site': 'cross-site' }),
  'no origin, cross-site': ({ repair }) =>
    withHeaders(postEvent(repair), { origin: undefined, 'sec-fetch-site': 'cross-site' }),
  JSON: ({ repair }) =>
    withBody(
      withHeaders(postEvent(repair), { 'content-type': 'application/json' }),
      JSON.stringify(repair.fields),
    ),
  'a form called JSON': ({ repair }) =>
    withHeaders(postEvent(repair), { 'content-type': 'application/json' }),
  'a form called text': ({ repair }) => withHeaders(postEvent(repair), { 'content-type': 'text/plain' }),
  'a form in parts': ({ repair }) =>
    withBody(
      withHeaders(postEvent(repair), { 'content-type': 'multipart/form-data; boundary=x' }),
      `--x\r\nContent-Disposition: form-data; name="nonce"\r\n\r\n${repair.fields['nonce']}\r\n--x--\r\n`,
    ),
  'no content type': ({ repair }) => withHeaders(postEvent(repair), { 'content-type': undefined }),
  'no body': ({ repair }) => postEvent(repair, { body: undefined as never, isBase64Encoded: false }),
  'a body of a megabyte': ({ repair }) =>
    withBody(postEvent(repair), formBody({ ...repair.fields, x: 'y'.repeat(1_000_000) })),
  'a body that is not base64': ({ repair }) => withBody(postEvent(repair), '%%%', true),
  'a body that is an object': ({ repair }) => postEvent(repair, { body: repair.fields as never }),
  'a payload in the body': ({ repair }) =>
    withBody(postEvent(repair), '{"action":"release-lock","force":true,"reason":"x"}'),
  'a payload around the request': ({ repair }) => ({
    ...getEvent(repair.path.slice(0, 5)),
    action: 'release-lock',
    force: true,
    reason: 'x',
  }),
  'a stopped task around the request': () => ({
    ...getEvent('/'),
    source: 'aws.ecs',
    'detail-type': 'ECS Task State Change',
    detail: { taskArn: 'arn:x', lastStatus: 'STOPPED' },
  }),
  'another number typed': ({ drop }) => postEvent({ ...drop, fields: { ...drop.fields, typed: '3' } }),
  'no number typed': ({ drop }) => postEvent({ ...drop, fields: { ...drop.fields, typed: '' } }),
  'the number’s field missing': ({ drop }) => {
    const { nonce = '', shown = '' } = drop.fields;
    return postEvent({ ...drop, fields: { nonce, shown } });
  },
  'another number shown and typed': ({ drop }) =>
    postEvent({ ...drop, fields: { ...drop.fields, shown: '0', typed: '0' } }),
  'force added to what a repair showed': ({ repair }) =>
    postEvent({ ...repair, fields: { ...repair.fields, shown: '0 force' } }),
  'nothing shown': ({ repair }) => postEvent({ ...repair, fields: { nonce: repair.fields['nonce'] ?? '' } }),
  'a webhook added to what a drop showed': ({ drop }) =>
    postEvent({ ...drop, fields: { ...drop.fields, shown: '2 webhook' } }),
  'an unlimited number shown and typed': ({ drop }) =>
    postEvent({ ...drop, fields: { ...drop.fields, shown: 'Infinity', typed: 'Infinity' } }),
  'an event of ECS whose container has stopped, around the request': ({ repair }) => ({
    ...getEvent(repair.path.slice(0, 5)),
    source: 'aws.ecs',
    'detail-type': 'ECS Task State Change',
    detail: {
      taskArn: 'arn:x',
      clusterArn: 'arn:aws:ecs:eu-central-1:123456789012:cluster/bots',
      group: 'service:worker',
      lastStatus: 'DEPROVISIONING',
      containers: [{ name: 'bot', lastStatus: 'STOPPED' }],
    },
  }),
  'the number in another notation': ({ drop }) =>
    postEvent({ ...drop, fields: { ...drop.fields, typed: '2.0' } }),
  'an event of version 1': ({ repair }) => ({ ...postEvent(repair), version: '1.0' }),
  'an event without a method': ({ repair }) => ({
    ...postEvent(repair),
    requestContext: { domainName: domain },
  }),
  'an event without a host': ({ repair }) => ({
    ...postEvent(repair),
    headers: {},
    requestContext: { http: { method: 'POST', path: repair.path } },
  }),
  'an invalid host': ({ repair }) => ({
    ...postEvent(repair),
    requestContext: { domainName: 'a b/../c', http: { method: 'POST', path: repair.path } },
  }),
  'a request context that is null': () => ({ ...getEvent('/'), requestContext: null }),
  'headers that are a list': ({ repair }) => ({ ...postEvent(repair), headers: ['content-type'] }),
  'headers that are numbers': ({ repair }) => ({ ...postEvent(repair), headers: { 'content-type': 5 } }),
  'a path that is a number': () => ({ ...getEvent('/'), rawPath: 5 }),
  'cookies that are an object': ({ repair }) => ({ ...postEvent(repair), cookies: { a: 1 } }),
};

async function expire(phone: Phone, path: string): Promise<void> {
  const { store, keys } = phone.fixture;
  await store.command(['DEL', keys.opsLink(path.split('.')[3] ?? '')]);
}

describe('door: the function URL', () => {
  let fixture: FunctionFixture;
  let scene: Scene;

  beforeAll(async () => {
    fixture = await FunctionFixture.open(undefined);
  });
  afterAll(() => fixture?.close());

  beforeEach(async () => {
    const phone = new Phone(fixture);
    const links = await phone.goDown();
    await fixture.takeLock();
    await phone.ops({ action: 'drop-updates', reason: 'an empty queue' });
    for (const text of ['one', 'two']) fixture.telegram.pushText(botToken, { chatId: 7, text });
    const drop = await phone.form(links['drop-updates'], '2');
    const repair = await phone.form(links.recover);
    const acknowledge = await phone.form(links.acknowledge);
    scene = { phone, links, others: new Phone(fixture, '102').newestLinks(), repair, drop, acknowledge };
  });
  afterEach(() => fixture.clear());

  it('comes in over sixty forms', () => {
    expect(Object.keys(attacks).length).toBeGreaterThan(60);
  });

  it.each(Object.keys(attacks))('gets the same refusal and changes nothing: %s', async (name) => {
    const event = await attacks[name]?.(scene);
    const before = await scene.phone.everything();
    const answer = await scene.phone.ops(event);
    expect(await scene.phone.everything()).toBe(before);
    expect(answer).toEqual(await scene.phone.ops(getEvent('/')));
    expect(answer).toMatchObject({ statusCode: 403, body: expect.stringContaining('Ничего не изменено') });
  });

  it('does not use the link up: its form is still valid', async () => {
    for (const [name, attack] of Object.entries(attacks)) {
      if (!name.includes('expired')) await scene.phone.ops(await attack(scene));
    }
    expect(scene.drop.fields['shown']).toBe('2');
    expect((await scene.phone.send(scene.drop)).body).toContain('Удалено из очереди: 2');
  });

  it('is refused like every request while links are off or the settings are invalid', async () => {
    const { links, repair } = scene;
    const before = await scene.phone.everything();
    const off = new Phone(fixture, '101', { OPS_LINK_SECRET: '', OPS_BASE_URL: '' });
    const otherSecret = new Phone(fixture, '101', { OPS_LINK_SECRET: 'another-secret-0123456789' });
    const wrong = new Phone(fixture, '101', { HEARTBEAT_STALE_SECONDS: 'soon' });
    const refusal = await scene.phone.open('/');
    for (const phone of [off, otherSecret, wrong]) {
      expect(await phone.open(links.recover)).toEqual(refusal);
      expect(await phone.send(repair)).toEqual(refusal);
    }
    expect(await scene.phone.everything()).toBe(before);
  });

  it('is no GET: opening links a hundred times, as previews do, writes nothing', async () => {
    const { links, others, phone } = scene;
    const before = await phone.everything();
    const paths = [...Object.values(links), ...Object.values(others)];
    for (let i = 0; i < 100; i += 1) {
      expect((await phone.open(paths[i % paths.length] ?? '/')).statusCode).toBe(200);
    }
    expect(await phone.everything()).toBe(before);
  });

  it('is no prefetch: a GET that carries a form’s fields shows the page and writes nothing', async () => {
    const { phone, acknowledge, repair } = scene;
    const before = await phone.everything();
    for (const { path, fields, cookie } of [acknowledge, repair]) {
      const { headers } = getEvent(path);
      const prefetched = await phone.open(path, {
        headers: { ...headers, purpose: 'prefetch', 'sec-purpose': 'prefetch;prerender' },
        rawQueryString: formBody(fields),
        cookies: [cookie],
      });
      expect(prefetched.body).toContain('<form');
    }
    expect(await phone.everything()).toBe(before);
  });

  it('does not reach the store before signature and form are valid', async () => {
    const away = new Phone(fixture, '101', { UPSTASH_REDIS_REST_URL: 'http://127.0.0.1:1' });
    const refusal = await scene.phone.open('/');
    const { repair, links } = scene;
    expect(await away.open(`${links.recover}A`)).toEqual(refusal);
    expect(await away.send({ ...repair, fields: { nonce: 'x' } })).toEqual(refusal);
  });
});

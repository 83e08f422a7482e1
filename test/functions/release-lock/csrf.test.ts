import { describe, expect, it } from 'vitest';
import { issueForm, readForm } from '../../../functions/release-lock/csrf.ts';
import type { PageRequest } from '../../../functions/release-lock/http-request.ts';
import { linkSigner } from '../../../services/adapters/link-signer.ts';
import type { OpsLink } from '../../../services/core/ops/links/signed-link.ts';
import { countingRandom } from '../../support/ops-fixture.ts';

const signer = linkSigner('a-secret-of-sixteen');
const recover: OpsLink = { id: 'a'.repeat(32), action: 'recover', recipient: '1', outageId: 'outage-1' };
const drop: OpsLink = { ...recover, id: 'b'.repeat(32), action: 'drop-updates' };
const issuer = () => ({ signer, random: countingRandom() });
const firstToken = '1'.padStart(32, '0');

interface Sent {
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly browser?: string | undefined;
  readonly fields?: Readonly<Record<string, string>>;
  readonly ownOrigin?: string;
}

/** What a browser sends from a page with `no-referrer`, but for what is given. */
function request({
  headers = {},
  browser,
  fields = {},
  ownOrigin = 'https://ops.example',
}: Sent = {}): PageRequest {
  const sent: Record<string, string | undefined> = {
    origin: 'null',
    'sec-fetch-site': 'same-origin',
    'content-type': 'application/x-www-form-urlencoded',
    ...headers,
  };
  const cookieName = ownOrigin.startsWith('https:') ? '__Host-staffprobot' : 'staffprobot';
  return {
    method: 'POST',
    path: '/',
    ownOrigin,
    header: (name) => sent[name],
    cookie: (name) => (name === cookieName ? browser : undefined),
    body: new URLSearchParams(fields).toString(),
  };
}

function issued(link: OpsLink, shown = '') {
  const { nonce } = issueForm(issuer(), request(), link, shown);
  return { browser: firstToken, fields: { nonce, shown } };
}

describe('issueForm', () => {
  it('sets a cookie for this host and browser only', () => {
    expect(issueForm(issuer(), request(), recover, '').setCookie).toBe(
      `__Host-staffprobot=${firstToken}; Path=/; Max-Age=900; HttpOnly; SameSite=Lax; Secure`,
    );
  });

  it('needs no https in the lab', () => {
    const { setCookie } = issueForm(issuer(), request({ ownOrigin: 'http://127.0.0.1:80' }), recover, '');
    expect(setCookie).toBe(`staffprobot=${firstToken}; Path=/; Max-Age=900; HttpOnly; SameSite=Lax`);
  });

  it('keeps the cookie of a browser that has one, and replaces a malformed one', () => {
    const kept = 'c'.repeat(32);
    expect(issueForm(issuer(), request({ browser: kept }), recover, '').setCookie).toContain(`=${kept};`);
    expect(issueForm(issuer(), request({ browser: 'x' }), recover, '').setCookie).toContain(firstToken);
  });
});

describe('readForm', () => {
  it('accepts the form that was issued', () => {
    expect(readForm(signer, request(issued(recover, '0 force')), recover)).toBe('0 force');
  });

  it('accepts a drop only with the shown number typed', () => {
    const { browser, fields } = issued(drop, '12');
    const sent = (shown: string, typed: string) => request({ browser, fields: { ...fields, shown, typed } });
    expect(readForm(signer, sent('12', ' 12 '), drop)).toBe('12');
    expect(readForm(signer, sent('12', '21'), drop)).toBeUndefined();
    expect(readForm(signer, sent('0', '0'), drop)).toBeUndefined();
    expect(readForm(signer, request({ browser, fields }), drop)).toBeUndefined();
  });

  it('accepts the page’s own origin, or none', () => {
    for (const origin of ['https://ops.example', undefined]) {
      const sent = request({ ...issued(recover), headers: { origin, 'sec-fetch-site': undefined } });
      expect(readForm(signer, sent, recover)).toBe('');
    }
  });

  it.each<[string, Sent]>([
    ['another link', issued({ ...recover, id: 'd'.repeat(32) })],
    [
      'another secret',
      {
        ...issued(recover),
        fields: { nonce: linkSigner('another-secret-here').sign('form', 'x'), shown: '' },
      },
    ],
    ['another browser', { ...issued(recover), browser: 'e'.repeat(32) }],
    ['no cookie', { ...issued(recover), browser: undefined }],
    ['no nonce', { ...issued(recover), fields: { shown: '' } }],
    ['nothing shown', { ...issued(recover), fields: { nonce: issued(recover).fields.nonce } }],
    ['something else shown', { ...issued(recover), fields: { ...issued(recover).fields, shown: '0 force' } }],
    ['a field more', { ...issued(recover), fields: { ...issued(recover).fields, force: 'true' } }],
    ['a foreign origin', { ...issued(recover), headers: { origin: 'https://evil.example' } }],
    ['Origin null without Sec-Fetch-Site', { ...issued(recover), headers: { 'sec-fetch-site': undefined } }],
    ['another site', { ...issued(recover), headers: { 'sec-fetch-site': 'cross-site' } }],
    ['another content type', { ...issued(recover), headers: { 'content-type': 'text/plain' } }],
  ])('refuses a form with %s', (_name, sent) => {
    expect(readForm(signer, request(sent), recover)).toBeUndefined();
  });

  it('refuses an unsigned browser even if the nonce signs it', () => {
    const text = `${recover.action}.${recover.recipient}.${recover.outageId}.${recover.id}||`;
    const sent = request({ fields: { nonce: signer.sign('form', text), shown: '' } });
    expect(readForm(signer, sent, recover)).toBeUndefined();
  });
});

import { expect, it } from 'vitest';
import { signedHeaders } from '../../services/adapters/aws-signature.ts';

/** The examples `get-vanilla` and `post-vanilla` of AWS's test suite for Signature Version 4. */
const scope = {
  credentials: {
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  },
  region: 'us-east-1',
  service: 'service',
  nowMs: Date.UTC(2015, 7, 30, 12, 36, 0),
};
const request = { url: new URL('https://example.amazonaws.com/'), headers: {}, body: '' };

it.each([
  ['GET', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
  ['POST', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
])('signs %s as AWS does', (method, signature) => {
  expect(signedHeaders({ ...request, method }, scope)).toEqual({
    'x-amz-date': '20150830T123600Z',
    authorization:
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, ' +
      `SignedHeaders=host;x-amz-date, Signature=${signature}`,
  });
});

it('signs every header, the session token among them, and the body', () => {
  const post = { ...request, method: 'POST', headers: { 'X-Amz-Target': 'a.B' }, body: '{}' };
  const credentials = { ...scope.credentials, sessionToken: 'session' };
  const headers = signedHeaders(post, { ...scope, credentials });
  expect(headers).toMatchObject({ 'X-Amz-Target': 'a.B', 'x-amz-security-token': 'session' });
  expect(headers['authorization']).toContain(
    'SignedHeaders=host;x-amz-date;x-amz-security-token;x-amz-target,',
  );
  const other = signedHeaders({ ...post, body: '{ }' }, { ...scope, credentials });
  expect(other['authorization']).not.toBe(headers['authorization']);
});

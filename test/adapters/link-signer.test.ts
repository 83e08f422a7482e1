import { expect, it } from 'vitest';
import { linkSigner } from '../../services/adapters/link-signer.ts';

const [older, newer] = ['an-older-secret-0123', 'a-newer-secret-4567'];

it('signs with the first secret, and verifies with both while the secret is changed', () => {
  const before = linkSigner(older);
  const during = linkSigner(newer, older);
  const after = linkSigner(newer);
  const signed = { before: before.sign('link', 'x'), during: during.sign('link', 'x') };
  expect(signed.during).toBe(after.sign('link', 'x'));
  expect(during.isSigned('link', 'x', signed.before)).toBe(true);
  expect(during.isSigned('link', 'x', signed.during)).toBe(true);
  expect(after.isSigned('link', 'x', signed.before)).toBe(false);
  expect(before.isSigned('link', 'x', signed.during)).toBe(false);
});

it('keeps the purposes apart, whichever secret signed', () => {
  const during = linkSigner(newer, older);
  expect(during.isSigned('form', 'x', linkSigner(older).sign('link', 'x'))).toBe(false);
  expect(during.isSigned('link', 'y', linkSigner(older).sign('link', 'x'))).toBe(false);
});

/**
 * Signs one-tap links and their forms: HMAC-SHA256 with a separate key for each purpose, compared in constant time.
 * So a signed form is never a valid link.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { LinkSigner } from '../core/ops/links/signed-link.ts';

export function linkSigner(secret: string): LinkSigner {
  const keyFor = (purpose: string): Buffer =>
    createHmac('sha256', secret).update(`staffprobot ops ${purpose}`).digest();
  const keys = { link: keyFor('link'), form: keyFor('form') };
  const digest = (purpose: 'link' | 'form', text: string): Buffer =>
    createHmac('sha256', keys[purpose]).update(text).digest();

  return {
    sign: (purpose, text) => digest(purpose, text).toString('base64url'),

    isSigned(purpose, text, signature) {
      // Hash both once more: equal lengths, and the time of the comparison reveals no byte of either.
      const expected = digest(purpose, digest(purpose, text).toString('base64url'));
      return timingSafeEqual(expected, digest(purpose, signature));
    },
  };
}

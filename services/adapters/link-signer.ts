/** HMAC-SHA256 under a key of its own for each purpose, compared in constant time. */
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
      // Both are hashed once more, so that they have one length and no byte of either can be felt for.
      const expected = digest(purpose, digest(purpose, text).toString('base64url'));
      return timingSafeEqual(expected, digest(purpose, signature));
    },
  };
}

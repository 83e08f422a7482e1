/**
 * Signs one-tap links and their forms: HMAC-SHA256 with a separate key for each purpose, compared in constant time.
 * So a signed form is never a valid link.
 *
 * While the secret is changed there are two.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { LinkSigner, SignaturePurpose } from '../core/ops/links/signed-link.ts';

type Digest = (text: string) => Buffer;

/** `secret` signs; it and the others verify. */
export function linkSigner(secret: string, ...others: readonly string[]): LinkSigner {
  const own = digestsOf(secret);
  const all = [own, ...others.map(digestsOf)];
  const sign = (digest: Digest, text: string): string => digest(text).toString('base64url');

  return {
    sign: (purpose, text) => sign(own[purpose], text),

    isSigned(purpose, text, signature) {
      // Hash both once more: equal lengths, and the time of the comparison reveals no byte of either. Each secret is
      // tried, whichever it was.
      const matches = all.map(({ [purpose]: digest }) =>
        timingSafeEqual(digest(sign(digest, text)), digest(signature)),
      );
      return matches.includes(true);
    },
  };
}

function digestsOf(secret: string): Readonly<Record<SignaturePurpose, Digest>> {
  const digest = (purpose: SignaturePurpose): Digest => {
    const key = createHmac('sha256', secret).update(`staffprobot ops ${purpose}`).digest();
    return (text) => createHmac('sha256', key).update(text).digest();
  };
  return { link: digest('link'), form: digest('form') };
}

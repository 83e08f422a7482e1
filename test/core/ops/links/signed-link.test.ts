import { beforeEach, describe, expect, it } from 'vitest';
import { linkSigner } from '../../../../services/adapters/link-signer.ts';
import { redisLinkStore } from '../../../../services/adapters/redis/links/link-store.ts';
import type { OneTapLinks } from '../../../../services/core/ops/links/link-store.ts';
import {
  createLink,
  linkActions,
  linkText,
  readLinkText,
  signLink,
  verifyLink,
} from '../../../../services/core/ops/links/signed-link.ts';
import { storeKeys } from '../../../../services/core/platform/store-keys.ts';
import { type EmbeddedRunner, embeddedRunner } from '../../../support/embedded-runner.ts';
import { countingRandom } from '../../../support/ops-fixture.ts';

const signer = linkSigner('a-secret-of-sixteen');
const outageId = `outage-${'b'.repeat(32)}`;
let runner: EmbeddedRunner;
let links: OneTapLinks;

beforeEach(async () => {
  runner = await embeddedRunner();
  links = { store: redisLinkStore(runner, storeKeys('')), signer, random: countingRandom() };
});

describe('createLink', () => {
  it.each(linkActions)('makes a %s link that verifies and has an unused record', async (action) => {
    const purpose = { action, recipient: '7000000001', outageId };
    const path = await createLink(links, purpose);
    const link = verifyLink(signer, path);
    expect(link).toMatchObject(purpose);
    expect(link && (await links.store.read(link))).toEqual({ state: 'unused' });
    expect(path.length).toBeLessThan(200);
  });

  it('makes a link that expires after 15 minutes', async () => {
    const link = verifyLink(signer, await createLink(links, { action: 'status', recipient: '1', outageId }));
    if (link === undefined) throw new Error('expected a link');
    runner.nowMs += 15 * 60_000 - 1000;
    expect(await links.store.read(link)).toBeDefined();
    runner.nowMs += 1001;
    expect(await links.store.read(link)).toBeUndefined();
  });

  it('makes a different link each time', async () => {
    const purpose = { action: 'recover', recipient: '1', outageId } as const;
    expect(await createLink(links, purpose)).not.toBe(await createLink(links, purpose));
  });
});

describe('verifyLink', () => {
  const link = { id: 'a'.repeat(32), action: 'recover', recipient: '12', outageId } as const;

  it('accepts a signed link', () => {
    expect(verifyLink(signer, signLink(signer, link))).toEqual(link);
  });

  it('refuses a link that was signed with another secret', () => {
    expect(verifyLink(linkSigner('another-secret-here'), signLink(signer, link))).toBeUndefined();
  });

  it('refuses a link with any character changed', () => {
    const path = signLink(signer, link);
    for (let at = 0; at < path.length; at += 1) {
      for (const other of ['a', '.', '0', '/', '%']) {
        if (path[at] === other) continue;
        expect(verifyLink(signer, `${path.slice(0, at)}${other}${path.slice(at + 1)}`)).toBeUndefined();
      }
    }
  });

  it.each(['', '/', '/.', '.', '/a.b', 'recover'])('refuses the path %j', (path) => {
    expect(verifyLink(signer, path)).toBeUndefined();
  });

  it('refuses a signed text that is no link', () => {
    for (const text of ['', 'recover', 'party.1.o.x']) {
      expect(verifyLink(signer, `/${text}.${signer.sign('link', text)}`)).toBeUndefined();
    }
  });

  it('refuses a link that was signed as a form', () => {
    const text = linkText(link);
    expect(verifyLink(signer, `/${text}.${signer.sign('form', text)}`)).toBeUndefined();
  });
});

describe('a link’s text', () => {
  it('holds all of the link', () => {
    const link = { id: 'a'.repeat(32), action: 'status', recipient: '1', outageId } as const;
    expect(readLinkText(linkText(link))).toEqual(link);
  });

  it.each(['', '.', 'status', 'status.0.o.', 'Status.1.o.', 'status.1..', 'status.1.o o.'])(
    'cannot start with %j',
    (start) => expect(readLinkText(`${start}${'a'.repeat(32)}`)).toBeUndefined(),
  );
});

describe('a signature', () => {
  it('is valid only for its text, its purpose and its secret', () => {
    const signature = signer.sign('link', 'text');
    expect(signer.isSigned('link', 'text', signature)).toBe(true);
    expect(signer.isSigned('form', 'text', signature)).toBe(false);
    expect(signer.isSigned('link', 'text2', signature)).toBe(false);
    expect(signer.isSigned('link', 'text', '')).toBe(false);
    expect(signer.isSigned('link', 'text', `${signature}=`)).toBe(false);
    expect(linkSigner('another-secret-here').isSigned('link', 'text', signature)).toBe(false);
  });
});

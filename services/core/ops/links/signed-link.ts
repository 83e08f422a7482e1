/** Makes a link: its record in the store, and the path under which the ops function serves it. */
import type { Random } from '../../platform/random.ts';
import { linkText, type OpsLink, readLinkText } from './link.ts';
import type { LinkSigner } from './link-signer.ts';
import type { LinkStore } from './link-store.ts';

export interface LinkIssuer {
  readonly store: LinkStore;
  readonly signer: LinkSigner;
  readonly random: Random;
}

export async function createLink(
  { store, signer, random }: LinkIssuer,
  purpose: Omit<OpsLink, 'id'>,
): Promise<string> {
  const link = { ...purpose, id: random.token() };
  await store.make(link);
  return signLink(signer, link);
}

export function signLink(signer: LinkSigner, link: OpsLink): string {
  const text = linkText(link);
  return `/${text}.${signer.sign('link', text)}`;
}

/** The link that a path names, if it was signed here. A path of any form costs the same work. */
export function verifyLink(signer: LinkSigner, path: string): OpsLink | undefined {
  const end = path.lastIndexOf('.');
  const text = path.slice(1, Math.max(1, end));
  const isSigned = signer.isSigned('link', text, path.slice(end + 1));
  return isSigned && path.startsWith('/') ? readLinkText(text) : undefined;
}

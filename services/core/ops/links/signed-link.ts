/**
 * A one-tap link: what it may do, how it is made, and how it is verified.
 *
 * A link is a path: `/<action>.<superadmin>.<outage>.<id>.<signature>`. functions/release-lock/serve-link.ts checks a
 * request in this order:
 * 1. Signature (`verifyLink`, here). Refuses a path of another form, any changed character and another secret: the
 *    signature covers the whole text, so no part of a link can be swapped.
 * 2. Form, for a POST only (`readForm` in functions/release-lock/csrf.ts). Refuses a form that was not shown to
 *    this browser for this link (the CSRF nonce), and a wrong confirmation. A GET needs none: it changes nothing.
 * 3. Record (`LinkStore.read`). Refuses a link that was never made here or is older than 15 minutes: its record is
 *    written when it is made and expires by the store's clock.
 * 4. Single use, for a POST only (`LinkStore.use`, one script). The second use shows what came of the first; a link
 *    whose outage is over says so. Neither changes anything.
 *
 * Checks 1 to 3 refuse with the same bytes, which do not tell which of them failed.
 */
import type { Random } from '../../platform/random.ts';

export const linkActions = ['recover', 'acknowledge', 'drop-updates', 'status'] as const;
export type LinkAction = (typeof linkActions)[number];

export interface OpsLink {
  readonly id: string;
  readonly action: LinkAction;
  /** The superadmin's Telegram id. */
  readonly recipient: string;
  readonly outageId: string;
}

export const linkTtlMs = 15 * 60_000;

/** Each purpose has its own key: a link's signature is never valid for a form. */
export type SignaturePurpose = 'link' | 'form';

export interface LinkSigner {
  sign(purpose: SignaturePurpose, text: string): string;
  /** Takes the same time however much of the signature is right. */
  isSigned(purpose: SignaturePurpose, text: string, signature: string): boolean;
}

export interface LinkIssuer {
  readonly store: { make(link: OpsLink): Promise<void> };
  readonly signer: LinkSigner;
  readonly random: Random;
}

/** Writes the link's record and answers the path under which the ops function serves the link. */
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

/** The link in a path; undefined unless it was signed here. Every path costs the same work. */
export function verifyLink(signer: LinkSigner, path: string): OpsLink | undefined {
  const end = path.lastIndexOf('.');
  const text = path.slice(1, Math.max(1, end));
  const isSigned = signer.isSigned('link', text, path.slice(end + 1));
  return isSigned && path.startsWith('/') ? readLinkText(text) : undefined;
}

/** What is signed and stored. Its characters need no escaping in an address or a log line. */
export function linkText({ action, recipient, outageId, id }: OpsLink): string {
  return `${action}.${recipient}.${outageId}.${id}`;
}

const textShape = /^([a-z-]{1,20})\.([1-9]\d{0,15})\.([\w-]{1,80})\.([0-9a-f]{32})$/;

export function readLinkText(text: string): OpsLink | undefined {
  const [, name, recipient, outageId, id] = textShape.exec(text) ?? [];
  const action = linkActions.find((known) => known === name);
  if (!action || !recipient || !outageId || !id) return undefined;
  return { id, action, recipient, outageId };
}

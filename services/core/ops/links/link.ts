/**
 * A one-tap link: what it may do, for whom, and in which outage.
 *
 * Its text is what is signed and what stands in its address, so that no part of it can be exchanged. That it is
 * unused and not over 15 minutes old is the store's to say: there is a record of it, which expires.
 */
export const linkActions = ['recover', 'drop-updates', 'status'] as const;
export type LinkAction = (typeof linkActions)[number];

export interface OpsLink {
  readonly id: string;
  readonly action: LinkAction;
  /** The superadmin's Telegram id. */
  readonly recipient: string;
  readonly outageId: string;
}

export const linkTtlMs = 15 * 60_000;

const textShape = /^([a-z-]{1,20})\.([1-9]\d{0,15})\.([\w-]{1,80})\.([0-9a-f]{32})$/;

/** Only characters that an address carries as they are, and that need no care in a log line. */
export function linkText({ action, recipient, outageId, id }: OpsLink): string {
  return `${action}.${recipient}.${outageId}.${id}`;
}

export function readLinkText(text: string): OpsLink | undefined {
  const [, name, recipient, outageId, id] = textShape.exec(text) ?? [];
  const action = linkActions.find((known) => known === name);
  if (!action || !recipient || !outageId || !id) return undefined;
  return { id, action, recipient, outageId };
}

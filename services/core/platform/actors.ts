/**
 * Who did something, in the audit trail: this program's own names, and what tells them from people's.
 *
 * Guarantees: no person's name reads like one of these, whatever case, punctuation, blanks, invisible characters, or
 * Cyrillic and Greek letters of the same shape it is written with. Does not know every letter that looks like another:
 * what an entry means is told by its event, not by its name.
 */
export const automaticActors = { ecs: 'ecs', monitor: 'heartbeat-monitor' } as const;

/** A person who tapped a link: all that is known is whom the link was sent to. */
export function linkActor(recipient: string): string {
  return `the link sent to ${recipient}`;
}

const linkActorShape = /^(?:the link sent to|link of) (\d+)$/;

/** Whom the link was sent to, if a link did it. */
export function recipientOfLink(who: string): string | undefined {
  return linkActorShape.exec(who)?.[1];
}

/** Why a link did something: for the audit, in which people read the outage's id. */
export function linkReason(outageId: string): string {
  return `one-tap link of ${outageId}`;
}

export function isLinkReason(why: string): boolean {
  return /^one-tap link of [\w-]+$/.test(why);
}

/** The same names without anything but letters and digits; a process as lease/lock-value.ts describes it. */
const reserved = /^(?:ecs|heartbeatmonitor|(?:thelinksentto|linkof)\d+|host.+pid\d+.*)$/;
/** Letters, after lowering their case, that look like the Latin ones below them in either case. */
const lookalikes = 'авеѕікмнорстхһεορτικμηνα';
const latin = 'abesikmhopctxheoptikmhna';

/** Whether a name is one that only this program uses. */
export function isReservedActor(name: string): boolean {
  const plain = [...name.normalize('NFKC').toLowerCase()]
    .map((letter) => latin[lookalikes.indexOf(letter)] ?? letter)
    .join('')
    .replace(/[^\p{L}\p{N}]|\p{Default_Ignorable_Code_Point}/gu, '');
  return reserved.test(plain);
}

/**
 * At most six messages an hour for each recipient and channel, whatever the bot does, and the last one is true.
 *
 * "Unstable" is the one message that stays true while the bot comes and goes. So each other message is sent only if
 * the budget has room for it and for all that must follow: after "down" those are "back" and "unstable", after "stable"
 * it is "unstable". When the room is gone, nothing is sent until an earlier message is over an hour old; then the truth
 * of that moment is.
 */

const messagesMax = 6;
/** An hour, and the longest time by which a failing channel delays a message. */
const windowMs = 70 * 60_000;

/** How many messages must have room after the message itself. */
const mustFollow = {
  /** "Back", and "unstable" if it goes down again soon. A reminder and "someone is on it" may be left out instead. */
  down: 2,
  /** It is unstable already, so only "back" must follow. */
  'down for good': 1,
  stable: 1,
} as const;

/** `messagesMs`: when the latest messages were made. */
export function hasRoomFor(
  message: keyof typeof mustFollow,
  messagesMs: readonly number[],
  nowMs: number,
): boolean {
  const lately = messagesMs.filter((ms) => nowMs - ms < windowMs).length;
  return lately + 1 + mustFollow[message] <= messagesMax;
}

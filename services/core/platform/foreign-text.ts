/**
 * Texts that other people and programs wrote, made safe to show: a host, an error, a reason, a stranger's message.
 *
 * Guarantees: the result is well-formed (no half of a surrogate pair, which Telegram and SNS refuse), and no longer than
 * asked for. In `visible` and `oneLine`, terminal codes and marks that reorder or hide text are written out.
 * Does not guarantee: that a visible sign of several code points, such as a family emoji, stays whole at the cut.
 */

/**
 * Control characters, marks that change the direction of text, and characters without a picture, such as tags and
 * fillers. Not those that choose or join the parts of an emoji.
 */
const invisible =
  /[[\p{Cc}\p{Default_Ignorable_Code_Point}\u2028\u2029\u2800\uFFF9-\uFFFB]--[\u200C\u200D\uFE00-\uFE0F]]/gv;
/** A joiner that joins no emoji hides in text; breaks of lines and paragraphs are no part of one line. */
const invisibleInLine =
  /[[\p{Cc}\p{Default_Ignorable_Code_Point}\u2028\u2029\u2800\uFFF9-\uFFFB]--[\u200D\uFE00-\uFE0F]]|(?<![\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F])\u200D/v;
const ellipsis = '…';

/** @param lengthMax in UTF-16 code units, as Telegram and JavaScript count */
export function cutText(text: string, lengthMax: number): string {
  const whole = text.toWellFormed();
  if (whole.length <= lengthMax) return whole;
  const end = lengthMax - ellipsis.length;
  const isInsidePair = !whole.slice(0, end).isWellFormed();
  return whole.slice(0, isInsidePair ? end - 1 : end) + ellipsis;
}

/** One line in which everything can be seen; other text cannot push what follows off the screen. */
export function oneLine(text: string, lengthMax: number): string {
  return cutText(visible(text.replace(/\s+/g, ' ').trim()), lengthMax);
}

/**
 * The text with terminal codes, and marks that reorder or hide text, written out as JSON writes them (so JSON keeps its
 * meaning). Line breaks and tabs stay.
 */
export function visible(text: string): string {
  return text
    .toWellFormed()
    .replace(invisible, (character) => (/[\n\t]/.test(character) ? character : writtenOut(character)));
}

/** The first character that cannot be seen in one line of text, written out; undefined if there is none. */
export function invisibleIn(text: string): string | undefined {
  const found = invisibleInLine.exec(text)?.[0];
  return found === undefined ? undefined : writtenOut(found);
}

/** As JSON does it: one beyond the first 65,536 is a pair. */
function writtenOut(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}

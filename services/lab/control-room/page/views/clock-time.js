/** The time of day, alike in both languages, on the viewer's clock. */

/** @param {number} ms since 1970 */
export function clockTime(ms) {
  const date = new Date(ms);
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}

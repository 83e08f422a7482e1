/**
 * Durations, numbers, lists and counted nouns in one language. Pure.
 *
 * Tested by: test/lab/control-room/page/texts/format.test.ts
 */

/** Seconds in one unit: for values that change every second. */
export function durationIn({ second, minute, hour }) {
  return (seconds) => {
    const rounded = Math.max(0, Math.round(seconds));
    if (rounded < 120) return `${rounded} ${second}`;
    if (rounded < 7200) return `${Math.round(rounded / 60)} ${minute}`;
    return `${Math.round(rounded / 3600)} ${hour}`;
  };
}

/** Whole seconds without rounding: for the marks of an axis. */
export function exactDurationIn({ second, minute, hour }) {
  return (seconds) => {
    if (seconds % 3600 === 0) return `${seconds / 3600} ${hour}`;
    return seconds % 60 === 0 ? `${seconds / 60} ${minute}` : `${seconds} ${second}`;
  };
}

/** A number with at most one decimal. */
export function numberIn(locale) {
  const format = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  return (value) => format.format(value);
}

/** A file's size in the largest unit that leaves at least one: bytes, kilobytes, megabytes. */
export function fileSizeIn(locale, units) {
  const number = numberIn(locale);
  return (bytes) => {
    const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
    return `${number(bytes / 1024 ** power)} ${units[power]}`;
  };
}

/** `a, b and c`. */
export function listIn(locale) {
  const format = new Intl.ListFormat(locale, { type: 'conjunction' });
  return (items) => format.format(items);
}

/**
 * Chooses a word's form by its count, by the rules of CLDR.
 * @returns {(count: number, forms: {one: string, few?: string, many?: string, other?: string}) => string}
 */
export function pluralIn(locale) {
  const rules = new Intl.PluralRules(locale);
  return (count, forms) => forms[rules.select(count)] ?? forms.other ?? forms.many;
}

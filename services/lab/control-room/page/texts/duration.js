/** Amounts in a language's own units. */

/** Of seconds, as short as can be: for what changes all the time. */
export function durationIn({ second, minute, hour }) {
  return (seconds) => {
    const all = Math.max(0, Math.round(seconds));
    if (all < 120) return `${all} ${second}`;
    if (all < 7200) return `${Math.round(all / 60)} ${minute}`;
    return `${Math.round(all / 3600)} ${hour}`;
  };
}

/** Of whole seconds, exactly: for the marks of an axis. */
export function exactDurationIn({ second, minute, hour }) {
  return (seconds) => {
    if (seconds % 3600 === 0) return `${seconds / 3600} ${hour}`;
    return seconds % 60 === 0 ? `${seconds / 60} ${minute}` : `${seconds} ${second}`;
  };
}

/** A number as the language writes it: at most one digit behind the point. */
export function numberIn(locale) {
  const format = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  return (value) => format.format(value);
}

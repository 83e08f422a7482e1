/** Durations in a language's own units. */
export function durationIn({ second, minute, hour }) {
  return (seconds) => {
    const all = Math.max(0, Math.round(seconds));
    if (all < 120) return `${all} ${second}`;
    if (all < 7200) return `${Math.round(all / 60)} ${minute}`;
    return `${Math.round(all / 3600)} ${hour}`;
  };
}

/**
 * Speeds up Prometheus's configuration and rules by the lab's factor.
 *
 * Durations (`5m`, `offset 15m`, `for: 2m`) and limits written as `minutes * 60` shrink alike. Event counts do not, and
 * texts keep production's words. No duration gets shorter than half a second, because scrapes take time themselves.
 */

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
export const shortestMs = 500;

export function scaleRules(text: string, speed: number): string {
  if (speed === 1) return text;
  return text
    .replace(/\b(\d+)(ms|s|m|h|d)\b/g, (_whole, amount: string, unit: string) => {
      const ms = (Number(amount) * (unitsMs[unit] ?? 1)) / speed;
      return `${Math.max(shortestMs, Math.round(ms))}ms`;
    })
    .replace(/\b(\d+) \* 60\b/g, (_whole, minutes: string) => `${minutes} * ${60 / speed}`);
}

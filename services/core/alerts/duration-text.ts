/** Durations and clock times, short enough for a phone. */
import type { Locale } from '../platform/locale.ts';

const units = {
  ru: { day: 'д', hour: 'ч', minute: 'мин', second: 'с' },
  en: { day: 'd', hour: 'h', minute: 'min', second: 's' },
} as const;

/** `45 с`, `7 мин`, `2 ч 5 мин`, `3 д 4 ч`; rounded down. */
export function durationText(durationMs: number, locale: Locale): string {
  const unit = units[locale];
  const seconds = Math.max(0, Math.floor(durationMs / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (minutes === 0) return `${seconds} ${unit.second}`;
  if (hours === 0) return `${minutes} ${unit.minute}`;
  if (days === 0) return both(hours, unit.hour, minutes % 60, unit.minute);
  return both(days, unit.day, hours % 24, unit.hour);
}

function both(high: number, highUnit: string, low: number, lowUnit: string): string {
  return low === 0 ? `${high} ${highUnit}` : `${high} ${highUnit} ${low} ${lowUnit}`;
}

/** `03:10`, UTC. */
export function clockText(ms: number): string {
  const minuteOfDay = Math.floor(ms / 60_000) % 1440;
  const pad = (number: number): string => String(number).padStart(2, '0');
  return `${pad(Math.floor(minuteOfDay / 60))}:${pad(minuteOfDay % 60)}`;
}

/** A text of the lab in both languages; the page or the terminal chooses one. */
export interface Text {
  readonly en: string;
  readonly ru: string;
}

/** One measured thing, ready to be shown. */
export interface Figure {
  /** The measure's stable name; its ending states the unit of `amount`. */
  readonly id: string;
  readonly label: Text;
  /** As measured, for programs. */
  readonly amount: number;
  readonly value: Text;
}

export function text(en: string, ru: string): Text {
  return { en, ru };
}

/** A text that needs no translation. */
export function same(text: string | number): Text {
  return { en: String(text), ru: String(text) };
}

export type Unit = 'ms' | 's' | 'count';

type Units = Readonly<Record<'ms' | 's' | 'min' | 'h', string>>;

const unitNames: Readonly<Record<keyof Text, Units>> = {
  en: { ms: 'ms', s: 's', min: 'min', h: 'h' },
  ru: { ms: 'мс', s: 'с', min: 'мин', h: 'ч' },
};
const [minuteMs, hourMs] = [60_000, 3_600_000];

/** For people: few digits, in a unit that suits the size. */
export function amount(value: number, unit: Unit): Text {
  if (unit === 'count') return same(Math.round(value));
  if (unit === 's') return spell((units) => inSeconds(value * 1000, units));
  return spell((units) =>
    Math.round(value) < 1000 ? `${Math.round(value)} ${units.ms}` : inSeconds(value, units),
  );
}

/** Tenths below a minute, whole seconds below an hour, whole minutes above. */
function inSeconds(ms: number, { s, min, h }: Units): string {
  const tenths = Math.round(ms / 100) / 10;
  if (tenths < 60) return `${tenths} ${s}`;
  const seconds = Math.round(ms / 1000);
  if (seconds * 1000 < hourMs) return two([Math.floor(seconds / 60), min], [seconds % 60, s]);
  const minutes = Math.round(ms / minuteMs);
  return two([Math.floor(minutes / 60), h], [minutes % 60, min]);
}

function two([greater, greaterUnit]: [number, string], [less, lessUnit]: [number, string]): string {
  return `${greater} ${greaterUnit}${less === 0 ? '' : ` ${less} ${lessUnit}`}`;
}

function spell(inUnits: (units: Units) => string): Text {
  return { en: inUnits(unitNames.en), ru: inUnits(unitNames.ru).replace('.', ',') };
}

/** What the lab says to people, in both languages: who shows it chooses. */
export interface Text {
  readonly en: string;
  readonly ru: string;
}

/** One measured thing, ready to be shown. */
export interface Figure {
  readonly label: Text;
  readonly value: Text;
}

export function text(en: string, ru: string): Text {
  return { en, ru };
}

/** What needs no translation. */
export function same(text: string | number): Text {
  return { en: String(text), ru: String(text) };
}

export type Unit = 'ms' | 's' | 'count';

const unitNames: Readonly<Record<Unit, Text>> = {
  ms: { en: ' ms', ru: ' мс' },
  s: { en: ' s', ru: ' с' },
  count: same(''),
};

export function amount(value: number, unit: Unit): Text {
  const digits = unit === 's' ? String(Math.round(value * 10) / 10) : String(Math.round(value));
  return {
    en: `${digits}${unitNames[unit].en}`,
    ru: `${digits.replace('.', ',')}${unitNames[unit].ru}`,
  };
}

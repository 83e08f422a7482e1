/** The languages of every text that people read. */
export const locales = ['ru', 'en'] as const;
export type Locale = (typeof locales)[number];

/** The languages of all texts for people. */
export const locales = ['ru', 'en'] as const;
export type Locale = (typeof locales)[number];

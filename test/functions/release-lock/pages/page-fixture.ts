/** What a page shows. */
/** The rows of a page's cards by their names. */
export function rowsOf(body: string): Readonly<Record<string, string>> {
  const rows = body.matchAll(/<dt>([^<]*)<\/dt><dd>([^<]*)<\/dd>/g);
  return Object.fromEntries([...rows].map(([, name = '', value = '']) => [name, value]));
}

/** The page's modules are plain JavaScript without types: tests import them by address. */
const page = new URL('../../../../services/lab/control-room/page/', import.meta.url);

/** @param path inside the page's folder */
export function pageModule(path: string): string {
  return new URL(path, page).href;
}

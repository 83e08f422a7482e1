/** Which addresses may be called over http. */
import type { VariableReader } from './variable-reader.ts';

/** In production no token travels unencrypted, except within one machine. */
export function refuseUnencrypted(
  reader: VariableReader,
  name: string,
  { url, fix }: { readonly url: string | undefined; readonly fix: string },
): void {
  if (url === undefined || !url.startsWith('http:') || isLoopback(url)) return;
  const got = 'an http one, over which a token would travel unencrypted';
  reader.report(name, { expected: 'an https address in production', got, fix });
}

function isLoopback(url: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(url).hostname);
}

/**
 * The command line of the lab's Redis REST server.
 *
 * Tested by: test/lab/redis-rest/main.test.ts
 */

export interface RestArguments {
  readonly port: number;
  readonly tokens: readonly string[];
  readonly embedded: boolean;
}

export type ParsedArguments =
  | { readonly kind: 'arguments'; readonly arguments: RestArguments }
  /** One line each; never the value of a token. */
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

/** Accepts `--name value` and `--name=value`; `--token` may be repeated. */
export function parseArguments(words: readonly string[]): ParsedArguments {
  const problems: string[] = [];
  const ports: string[] = [];
  const tokens: string[] = [];
  let embedded = false;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    const equals = word.indexOf('=');
    const name = equals < 0 ? word : word.slice(0, equals);
    if (word === '--embedded') {
      embedded = true;
    } else if (name === '--port' || name === '--token') {
      const next = words[at + 1];
      const nextIsValue = equals < 0 && next !== undefined && !next.startsWith('--');
      const value = nextIsValue ? next : equals < 0 ? '' : word.slice(equals + 1);
      if (nextIsValue) at += 1;
      if (name === '--port') ports.push(value);
      else tokens.push(value);
    } else {
      problems.push(unknownProblem(name, at));
    }
  }
  const port = portOf(ports, problems);
  checkTokens(tokens, problems);
  if (problems.length > 0) return { kind: 'problems', problems };
  return { kind: 'arguments', arguments: { port, tokens, embedded } };
}

function unknownProblem(name: string, index: number): string {
  // Do not show a stray word: it may be a token that lost its `--token`.
  const shown = name.startsWith('--') ? name : `argument ${index + 1}`;
  const got = name.startsWith('--') ? 'an unknown option' : 'a stray word';
  return `${shown}: expected --port, --token or --embedded, got ${got}; remove it`;
}

function portOf(ports: readonly string[], problems: string[]): number {
  const [text, ...more] = ports;
  const expected = '--port: expected one number from 0 to 65535';
  if (text === undefined) {
    problems.push(`${expected}, got none; add --port 8079, or --port 0 for a free one`);
  } else if (more.length > 0) {
    problems.push(`${expected}, got ${ports.length}; keep one of them`);
  } else if (!/^[0-9]{1,5}$/.test(text) || Number(text) > 65_535) {
    // Do not show a value that is not a number: it may be a misplaced token.
    const got = text === '' ? 'no value' : /^[0-9]{1,20}$/.test(text) ? text : 'something else';
    problems.push(`${expected}, got ${got}; write it as in --port 8079`);
  }
  return Number(text);
}

function checkTokens(tokens: readonly string[], problems: string[]): void {
  const expected = '--token: expected a text of visible ASCII characters';
  if (tokens.length === 0) problems.push(`${expected}, got none; add --token and one that clients will send`);
  tokens.forEach((token, index) => {
    if (/^[!-~]+$/.test(token)) return;
    const got = token === '' ? 'no value' : 'other characters';
    problems.push(`${expected}, got ${got} as number ${index + 1}; give each --token a value`);
  });
}

/**
 * Reads a JSON body as the real server does: name by name, up to the first error.
 *
 * Guarantees: what stands before an error counts, and an error is no refusal; a body that is no object has no arguments.
 * The value of a string is its text, any other value is its JSON text as it was sent.
 * Source: td's `HttpReader::parse_json_parameters`.
 *
 * Tested by: test/lab/telegram-emulator/arguments.test.ts
 */
const opening = /\s*\{\s*/y;
const stringText = /"(?:[^"\\]|\\.)*"/sy;
const colon = /\s*:\s*/y;
const separator = /\s*(?:,\s*)?/y;
const scalar = /[^"[\]{},:\s]+/y;
const nesting = /"(?:[^"\\]|\\.)*"|[[\]{}]|[^"[\]{}]+/sy;

/** The arguments in their order. */
export function readJsonArguments(json: string): [string, string][] {
  const pairs: [string, string][] = [];
  let at = endOf(opening, json, 0);
  while (at !== undefined && at < json.length && json[at] !== '}') {
    const nameEnd = endOf(stringText, json, at);
    const name = nameEnd === undefined ? undefined : decodeString(json.slice(at, nameEnd));
    const valueStart = nameEnd === undefined ? undefined : endOf(colon, json, nameEnd);
    if (name === undefined || valueStart === undefined) break;
    const valueEnd = endOfValue(json, valueStart);
    const value = valueEnd === undefined ? undefined : decodeValue(json.slice(valueStart, valueEnd));
    if (valueEnd === undefined || value === undefined) break;
    pairs.push([name, value]);
    at = endOf(separator, json, valueEnd);
  }
  return pairs;
}

/** Where the match that begins at `at` ends. */
function endOf(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

function endOfValue(json: string, start: number): number | undefined {
  if (json[start] === '"') return endOf(stringText, json, start);
  if (json[start] !== '{' && json[start] !== '[') return endOf(scalar, json, start);
  let depth = 0;
  let at: number | undefined = start;
  while (at !== undefined && at < json.length) {
    const character = json[at];
    if (character === '{' || character === '[') depth += 1;
    if (character === '}' || character === ']') depth -= 1;
    at = endOf(nesting, json, at);
    if (depth === 0) return at;
  }
  return undefined;
}

function decodeValue(json: string): string | undefined {
  if (json.startsWith('"')) return decodeString(json);
  try {
    JSON.parse(json);
    return json;
  } catch {
    return undefined;
  }
}

function decodeString(literal: string): string | undefined {
  try {
    return String(JSON.parse(literal));
  } catch {
    return undefined;
  }
}

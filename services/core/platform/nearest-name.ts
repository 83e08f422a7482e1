/** Finds what somebody meant who misspelt a name. */

/** The name with the fewest letters to change. @param names at least one */
export function nearestName(text: string, names: readonly [string, ...string[]]): string {
  const [first] = names;
  return names.reduce(
    (best, name) => (editDistance(text, name) < editDistance(text, best) ? name : best),
    first,
  );
}

/** The name that was probably meant: at most a third of it is wrong. Undefined: none is near. */
export function likelyName(text: string, names: readonly string[]): string | undefined {
  const [first, ...others] = names;
  if (first === undefined) return undefined;
  const nearest = nearestName(text, [first, ...others]);
  return editDistance(text, nearest) <= nearest.length / 3 ? nearest : undefined;
}

/** How many letters must be inserted, deleted or replaced, or neighbours swapped. */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(row, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? at(before, j - 2) + 1 : replaced;
      next.push(Math.min(replaced, swapped, at(row, j) + 1, at(next, j - 1) + 1));
    }
    [before, row] = [row, next];
  }
  return at(row, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}

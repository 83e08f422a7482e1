import { expect, it } from 'vitest';
import { repeatOnce } from '../../../services/core/platform/repeat-once.ts';
import { StoreRefusedError, StoreUnreachableError } from '../../../services/core/platform/store-errors.ts';

const unreachable = new StoreUnreachableError('watch', new Error('reset'));
const refused = new StoreRefusedError('watch', 'WRONGTYPE');

/** A port that fails with these errors, one for each call, and then answers. */
function portOf(...errors: readonly Error[]) {
  const asked: string[] = [];
  const port = {
    async read(name: string): Promise<string> {
      asked.push(name);
      const error = errors[asked.length - 1];
      if (error !== undefined) throw error;
      return `answer to ${name}`;
    },
  };
  return { port, asked };
}

it('repeats a call that got no usable answer, with the same arguments', async () => {
  const { port, asked } = portOf(unreachable);
  await expect(repeatOnce(port, () => true).read('a')).resolves.toBe('answer to a');
  expect(asked).toEqual(['a', 'a']);
});

it.each([
  ['a second failure', [unreachable, unreachable], true, 2],
  ['a refusal', [refused], true, 1],
  ['a failure without time left', [unreachable], false, 1],
] as const)('passes on %s', async (_name, errors, hasTime, calls) => {
  const { port, asked } = portOf(...errors);
  await expect(repeatOnce(port, () => hasTime).read('a')).rejects.toBe(errors[0]);
  expect(asked).toHaveLength(calls);
});

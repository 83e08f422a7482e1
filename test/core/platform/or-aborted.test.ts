import { describe, expect, it } from 'vitest';
import { orAborted } from '../../../services/core/platform/or-aborted.ts';

const never = new Promise<string>(() => {});

describe('a wait that a signal may end', () => {
  it('gives what the step gives', async () => {
    expect(await orAborted(Promise.resolve('done'), new AbortController().signal)).toBe('done');
  });

  it('fails as the step fails', async () => {
    const step = Promise.reject(new Error('no'));
    await expect(orAborted(step, new AbortController().signal)).rejects.toThrow('no');
  });

  it('ends when the signal aborts', async () => {
    const stop = new AbortController();
    const waiting = orAborted(never, stop.signal);
    stop.abort();
    expect(await waiting).toBeUndefined();
  });

  it('does not begin when the signal has aborted already', async () => {
    expect(await orAborted(never, AbortSignal.abort())).toBeUndefined();
  });
});

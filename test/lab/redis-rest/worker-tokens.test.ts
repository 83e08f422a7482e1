import { beforeEach, describe, expect, it } from 'vitest';
import { Faults } from '../../../services/lab/redis-rest/faults.ts';
import { WorkerTokens } from '../../../services/lab/redis-rest/worker-tokens.ts';

describe('WorkerTokens', () => {
  let tokens: WorkerTokens;
  let faults: Faults;

  beforeEach(() => {
    tokens = new WorkerTokens('own');
    faults = new Faults();
  });

  it('accepts each worker’s token beside the lab’s own, until its task has ended', () => {
    const [first, second] = [tokens.issue('a'), tokens.issue('b')];
    expect(tokens.tokens).toEqual(['own', first, second]);
    tokens.revoke('a', faults);
    tokens.revoke('unknown', faults);
    expect(tokens.tokens).toEqual(['own', second]);
  });

  it('contains the lab’s own token, so that one redaction hides both', () => {
    expect(tokens.issue('a')).toContain('own');
  });

  it('blocks one worker alone, until it is unblocked or its task has ended', () => {
    const [first, second] = [tokens.issue('a'), tokens.issue('b')];
    tokens.block('a', faults);
    expect([first, second, 'own'].map((token) => faults.current(token))).toEqual(['refuse', 'none', 'none']);
    tokens.unblock('a', faults);
    expect(faults.current(first)).toBe('none');
    tokens.block('b', faults);
    tokens.revoke('b', faults);
    expect(faults.current(second)).toBe('none');
  });
});

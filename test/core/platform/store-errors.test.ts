import { describe, expect, it } from 'vitest';
import {
  StoreRefusedError,
  StoreUnreachableError,
  storeProblem,
} from '../../../services/core/platform/store-errors.ts';

describe('storeProblem', () => {
  it.each([
    [
      'the address and token, if nothing usable answers',
      new StoreUnreachableError('get', new Error('ECONNREFUSED')),
      'the store cannot be used: get: the store gave no usable answer (ECONNREFUSED); check UPSTASH_REDIS_REST_URL',
    ],
    [
      'the address and token, if the store refuses the token',
      new StoreRefusedError('get', 'WRONGPASS invalid token'),
      'the store cannot be used: get: the store refused: WRONGPASS invalid token; check UPSTASH_REDIS_REST_URL',
    ],
    [
      'a prefix, if another program uses the keys',
      new StoreRefusedError('acquire', 'WRONGTYPE Operation against a key'),
      'the store cannot be used: acquire: the store refused: WRONGTYPE Operation against a key; another program writes to these keys: give this bot a REDIS_KEY_PREFIX',
    ],
  ])('suggests %s', (_what, error, line) => {
    expect(storeProblem(error)).toContain(line);
    expect(storeProblem(error)).not.toContain('\n');
  });
});

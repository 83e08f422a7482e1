import { expect, it } from 'vitest';
import { botIdOf } from '../../../services/core/platform/bot-token.ts';

it('is the digits before the colon, whatever the secret', () => {
  expect(botIdOf('4242424242:AAsecret-one')).toBe('4242424242');
  expect(botIdOf('4242424242:AA:two')).toBe('4242424242');
});

import { describe, expect, it } from 'vitest';
import { readHooks } from '../../../services/adapters/telegram/read-hooks.ts';

const hook = (): void => {};

describe('readHooks', () => {
  it('takes the hooks and leaves other exports alone', () => {
    const module = {
      default: hook,
      allowedUpdates: [],
      setup: hook,
      onStop: hook,
      prices: 7,
      stop: hook,
      set: hook,
    };
    expect(readHooks(module)).toEqual({ setup: hook, onStop: hook });
  });

  it('takes an export that is undefined for one that is not there', () => {
    expect(readHooks({ setup: undefined })).toEqual({});
  });

  it.each([
    ['setup', 'now', 'string'],
    ['onLeading', null, 'null'],
    ['onError', { handle: hook }, 'object'],
  ])('refuses %s of a wrong type', (name, value, type) => {
    expect(() => readHooks({ [name]: value })).toThrow(
      `BOT_HANDLERS: expected a module whose export ${name} is a function, got a value of type ${type}; ` +
        'export a function, or leave it out',
    );
  });

  it.each([
    ['setUp', 'setup'],
    ['onLeeding', 'onLeading'],
    ['onLeader', 'onLeading'],
    ['onerror', 'onError'],
    ['onStopp', 'onStop'],
    ['allowedUpdate', 'allowedUpdates'],
  ])('refuses %s, which is nearly %s', (name, meant) => {
    expect(() => readHooks({ [name]: hook })).toThrow(
      `got an export ${name}, which nothing calls; did you mean ${meant}?`,
    );
  });
});

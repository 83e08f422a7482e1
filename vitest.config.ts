import { defineConfig } from 'vitest/config';

/** Tests that must take long, such as chaos with real processes or a tour in a browser, say so in their file's name. */
const long = 'test/**/*.long.test.ts';

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'quick',
          include: ['test/**/*.test.ts'],
          exclude: [long],
          // Load each module (the CDK, the Lua machine) once per worker, not once per file: a third less work in all.
          // So each file restores what it changes outside itself, such as `process.env`.
          isolate: false,
          // More workers than cores: most files wait for processes of their own.
          maxWorkers: 4,
        },
      },
      {
        extends: true,
        test: { name: 'long', include: [long], maxWorkers: 2, sequence: { groupOrder: 1 } },
      },
    ],
    globalSetup: ['test/support/global-setup.ts'],
    // Real processes, a real Redis and a real browser share the machine with the tests: generous limits, no retries.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});

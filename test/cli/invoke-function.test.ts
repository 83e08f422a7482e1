/** The same actions, run in the ops function. */
import { writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { fakeAws } from './keyboard.ts';
import { onEachStore } from './on-each-store.ts';

onEachStore((on) => {
  it('gives the same answers as through the store', async () => {
    const value = await on.stage.takeLock();
    const runProgram = fakeAws(on.stage);
    const typed = await on.run('release-lock --force --yes --json --function ops', {
      environment: {},
      runProgram,
    });
    expect(typed.code).toBe(0);
    expect(typed.json()).toMatchObject({ lock_removed: true, previous_value: value, mode: 'broken' });
    expect(runProgram.calls[0]?.slice(0, 5)).toEqual(['aws', 'lambda', 'invoke', '--function-name', 'ops']);
    expect(await on.latestAudit()).toMatchObject({ who: 'anna at laptop' });
    expect((await on.run('doctor --function ops', { environment: {}, runProgram })).code).toBe(1);
  });

  it.each([
    [true, 'The bot works.'],
    [false, 'The bot is DOWN: there is no heartbeat.'],
  ])('understands a function that was deployed before it knew the verdict: up %s', async (up, line) => {
    const old = { ok: true, action: 'status', up, lock: null, epoch: null, heartbeatAgeSeconds: null };
    const rest = { cause: null, diagnosis: [], outage: null, telegram: 'reachable', ecs: null };
    const typed = await on.run('status --function ops', {
      runProgram: async (_program, args) => {
        await writeFile(args.at(-1) ?? '', JSON.stringify({ ...old, ...rest }));
        return { code: 0, stdout: '{"StatusCode":200}', stderr: '' };
      },
    });
    expect(typed.out.split('\n')[0]).toBe(line);
  });

  it('says what is missing when there is no aws program', async () => {
    const typed = await on.run('status --function ops', { environment: {} });
    expect(typed.code).toBe(78);
    expect(typed.err).toContain('install the AWS CLI');
  });

  it.each([
    ['Could not connect to the endpoint URL: "https://lambda..."', 69],
    ['An error occurred (ResourceNotFoundException) when calling the Invoke operation', 1],
  ])('passes on the error of aws: %s', async (stderr, code) => {
    const typed = await on.run('status --function ops', {
      runProgram: async () => ({ code: 254, stdout: '', stderr: `\n${stderr}\n` }),
    });
    expect(typed.code).toBe(code);
    expect(typed.err).toContain(stderr);
  });

  it('does not take the error of a function for an answer', async () => {
    const typed = await on.run('status --function ops', {
      runProgram: async (_program, args) => {
        await writeFile(args.at(-1) ?? '', '{"errorMessage":"timed out","errorType":"Sandbox.Timedout"}');
        return { code: 0, stdout: '{"StatusCode":200,"FunctionError":"Unhandled"}', stderr: '' };
      },
    });
    expect(typed.code).toBe(1);
    expect(typed.err).toContain('the function failed: timed out');
  });

  it.each([
    'restart --yes --function x/../y',
    'restart --yes --wait 5 --function ops',
    'audit --function ops',
  ])('%s is refused', async (line) => expect((await on.run(line)).code).toBe(64));
});

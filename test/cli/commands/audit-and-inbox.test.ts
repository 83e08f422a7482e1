/** What was recorded, given up and told; and the same actions through the function. */
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { redisAuditTrail } from '../../../services/adapters/redis/audit-trail.ts';
import { FunctionFixture, stores } from '../../support/function-fixture.ts';
import { fakeAws, type KeyboardOptions, type Typed, type } from '../keyboard.ts';

describe.each(stores)('npx staffprobot on $name', ({ path, missing }) => {
  describe.skipIf(missing)('with everything around it', () => {
    let stage: FunctionFixture;
    beforeAll(async () => {
      stage = await FunctionFixture.open(path);
    });
    afterAll(() => stage?.close());
    beforeEach(() => stage.clear());

    const run = (line: string, more: Partial<KeyboardOptions> = {}): Promise<Typed> =>
      type(line, { environment: stage.environment(), ...more });
    const latest = async () => (await redisAuditTrail(stage.store, stage.keys).latest(1))[0];

    it('inbox shows what superadmins were told, and marks it', async () => {
      const note = {
        id: 'n1',
        type: 'SYSTEM_MAINTENANCE',
        priority: 'URGENT',
        title: 'Down',
        text: 'for long',
        ts: '2026-03-01T03:00:00.000Z',
        read: false,
      } as const;
      await stage.inbox.push('101', note);
      expect((await run('inbox')).out).toMatch(/101: 1 notifications\n {2}● 2026.*Down\n {6}for long/);
      expect((await run('inbox 101 --mark-read --json')).json()).toMatchObject({
        inboxes: [{ telegramId: '101', total: 1, marked: 1, notifications: [{ id: 'n1' }] }],
      });
      expect((await run('inbox 101 --unread --json')).json()).toMatchObject({
        inboxes: [{ notifications: [] }],
      });
      expect((await run('inbox everybody')).code).toBe(64);
    });

    it('audit shows who did what, newest first', async () => {
      await stage.takeLock();
      await run('release-lock --force --yes --as boris --reason fire');
      await run('restart --yes');
      const typed = await run('audit');
      expect(typed.out.indexOf('restarted  by anna')).toBeLessThan(
        typed.out.indexOf('broken  by boris: fire'),
      );
      expect((await run('audit --count 1 --json')).json()).toMatchObject({
        entries: [{ event: 'restarted' }],
      });
      expect((await run('audit --count 0')).code).toBe(64);
    });

    describe('dead', () => {
      const update = JSON.stringify({ update_id: 77, message: { text: 'a space and "quotes"' } });
      beforeEach(() => stage.store.command(['HSET', stage.keys.dead, '77', `3 9 8 2 ${update}`]));

      it('list shows what was given up', async () => {
        expect((await run('dead list')).out).toContain('77  tried 3 times');
        expect((await run('dead list --json')).json()).toEqual({
          ok: true,
          dead: [{ id: '77', attempts: 3, update: JSON.parse(update) }],
        });
      });

      it('retry puts it back with all attempts left, once however often it is asked', async () => {
        const first = await run('dead retry 77');
        expect(first).toMatchObject({ code: 0, out: '  77  put back\n' });
        expect(first.err).toContain('npx staffprobot release-lock');
        expect((await run('dead retry 77')).out).toBe('  77  there already\n');
        expect(await stage.store.command(['HGETALL', stage.keys.journal])).toEqual([
          '77',
          `0 0 8 2 ${update}`,
        ]);
        expect(await stage.store.command(['EXISTS', stage.keys.dead])).toBe(0);
        expect(await latest()).toMatchObject({ event: 'retried', who: 'anna at laptop', after: 'update 77' });
      });

      it('retry --all takes all, and an unknown id is exit code 1', async () => {
        expect((await run('dead retry --all --json')).json()).toMatchObject({
          retried: [{ id: '77', outcome: 'put back' }],
        });
        const typed = await run('dead retry 78');
        expect(typed).toMatchObject({ code: 1, out: '  78  unknown\n' });
      });

      it.each(['dead', 'dead retry', 'dead retry 77 --all', 'dead list 77', 'dead bury 77'])(
        '%s is not a command',
        async (line) => expect((await run(line)).code).toBe(64),
      );
    });

    describe('through the function', () => {
      it('asks and answers as through the store', async () => {
        const value = await stage.takeLock();
        const runProgram = fakeAws(stage);
        const typed = await run('release-lock --force --yes --json --function ops', {
          environment: {},
          runProgram,
        });
        expect(typed.code).toBe(0);
        expect(typed.json()).toMatchObject({ lock_removed: true, previous_value: value, mode: 'broken' });
        expect(runProgram.calls[0]?.slice(0, 5)).toEqual([
          'aws',
          'lambda',
          'invoke',
          '--function-name',
          'ops',
        ]);
        expect(await latest()).toMatchObject({ who: 'anna at laptop' });
        expect((await run('doctor --function ops', { environment: {}, runProgram })).code).toBe(1);
      });

      it('says what is missing when there is no aws', async () => {
        const typed = await run('status --function ops', { environment: {} });
        expect(typed.code).toBe(78);
        expect(typed.err).toContain('install the AWS CLI');
      });

      it.each([
        ['Could not connect to the endpoint URL: "https://lambda..."', 69],
        ['An error occurred (ResourceNotFoundException) when calling the Invoke operation', 1],
      ])('passes on what aws says: %s', async (stderr, code) => {
        const typed = await run('status --function ops', {
          runProgram: async () => ({ code: 254, stdout: '', stderr: `\n${stderr}\n` }),
        });
        expect(typed.code).toBe(code);
        expect(typed.err).toContain(stderr);
      });

      it('does not take a failed function for an answer', async () => {
        const typed = await run('status --function ops', {
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
      ])('%s is refused', async (line) => expect((await run(line)).code).toBe(64));
    });
  });
});

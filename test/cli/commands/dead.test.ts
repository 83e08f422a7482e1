import { beforeEach, expect, it } from 'vitest';
import { onEachStore } from '../on-each-store.ts';

onEachStore((on) => {
  const update = JSON.stringify({ update_id: 77, message: { text: 'a space and "quotes"' } });
  beforeEach(() => on.stage.store.command(['HSET', on.stage.keys.dead, '77', `3 9 8 2 ${update}`]));

  it('list shows the dead letters', async () => {
    expect((await on.run('dead list')).out).toContain('77  tried 3 times');
    expect((await on.run('dead list --json')).json()).toEqual({
      ok: true,
      dead: [{ id: '77', attempts: 3, update: JSON.parse(update) }],
    });
  });

  it('retry puts one back with all attempts left, and only once when it is repeated', async () => {
    const first = await on.run('dead retry 77');
    expect(first).toMatchObject({ code: 0, out: '  77  put back\n' });
    expect(first.err).toContain('npx staffprobot release-lock');
    expect((await on.run('dead retry 77')).out).toBe('  77  there already\n');
    expect(await on.stage.store.command(['HGETALL', on.stage.keys.journal])).toEqual([
      '77',
      `0 9 8 2 ${update}`,
    ]);
    expect(await on.stage.store.command(['EXISTS', on.stage.keys.dead])).toBe(0);
    expect(await on.latestAudit()).toMatchObject({
      event: 'retried',
      who: 'anna at laptop',
      after: 'update 77',
    });
  });

  it('retry --all puts all back; an unknown id is exit code 1', async () => {
    expect((await on.run('dead retry --all --json')).json()).toMatchObject({
      retried: [{ id: '77', outcome: 'put back' }],
    });
    const typed = await on.run('dead retry 78');
    expect(typed).toMatchObject({ code: 1, out: '  78  unknown\n' });
  });

  it.each(['dead retry 77', 'release-lock --force --yes', 'restart --yes'])(
    '%s refuses the name of an automatic action, and changes nothing',
    async (line) => {
      expect(await on.run(`${line} --as ECS`)).toMatchObject({
        code: 64,
        err: expect.stringContaining('only automatic actions use'),
      });
      expect(await on.stage.store.command(['EXISTS', on.stage.keys.audit, on.stage.keys.journal])).toBe(0);
    },
  );

  it.each(['dead', 'dead retry', 'dead retry 77 --all', 'dead list 77', 'dead bury 77'])(
    '%s is not a command',
    async (line) => expect((await on.run(line)).code).toBe(64),
  );
});

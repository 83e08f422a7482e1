import { beforeEach, expect, it } from 'vitest';
import { onEachStore } from '../on-each-store.ts';

onEachStore((on) => {
  const entry = '1 8 8 0 {"update_id":7}';
  const command = (...args: [string, ...string[]]) => on.stage.store.command(args);
  beforeEach(async () => {
    await command('SET', on.stage.keys.bot, '42');
    await command('HSET', on.stage.keys.journal, '7', entry);
  });

  it('asks, frees the store, moves the journal to the dead letters and is audited', async () => {
    const typed = await on.run('unbind --reason moved', { reply: 'y' });
    expect(typed.questions.join()).toMatch(/belongs to bot 42; its journal holds 1 unfinished/);
    expect(typed).toMatchObject({ code: 0, err: '' });
    expect(typed.out).toMatch(/^The store belongs to no bot any more \(it was bot 42's\)\. .*: 1\.\n$/);
    expect(await command('EXISTS', on.stage.keys.bot, on.stage.keys.journal)).toBe(0);
    expect(await command('HGET', on.stage.keys.dead, '7')).toBe(entry);
    expect(await on.latestAudit()).toMatchObject({ event: 'unbound', who: 'anna at laptop', why: 'moved' });
  });

  it('changes nothing unless it is confirmed', async () => {
    expect(await on.run('unbind', { reply: 'n' })).toMatchObject({ code: 1, err: 'Nothing was changed.\n' });
    expect((await on.run('unbind')).code).toBe(64);
    expect(await on.stage.get(on.stage.keys.bot)).toBe('42');
  });

  it('answers in JSON, and says on a repetition that nothing is to do', async () => {
    expect((await on.run('unbind --yes --json')).json()).toEqual({
      ok: true,
      action: 'unbind',
      bot: '42',
      movedToDeadLetters: 1,
    });
    const again = await on.run('unbind --yes');
    expect(again).toMatchObject({ code: 0, out: 'The store belongs to no bot: there is nothing to do.\n' });
    expect((await on.run('unbind --yes --json')).json()).toMatchObject({ ok: true, bot: null });
  });

  it('is refused in one line while a lock is held, and does not even ask', async () => {
    await command('SET', on.stage.keys.lock, '{"host":"h","pid":3,"env":"production"}', 'PX', '60000');
    const typed = await on.run('unbind', { reply: 'y' });
    expect(typed).toMatchObject({ code: 1, out: '', questions: [] });
    expect(typed.err).toMatch(
      /^unbind: the polling lock is held by host h, pid 3, .*; nothing was changed; stop .*\n$/,
    );
    expect((await on.run('unbind --yes --json')).json()).toMatchObject({
      ok: false,
      error: { code: 'LOCK_HELD' },
    });
    expect(await on.stage.get(on.stage.keys.bot)).toBe('42');
  });
});

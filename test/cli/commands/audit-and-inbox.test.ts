import { expect, it } from 'vitest';
import { botToken } from '../../support/function-fixture.ts';
import { onEachStore } from '../on-each-store.ts';

onEachStore((on) => {
  it('inbox shows the entries of the superadmins, and marks them as read', async () => {
    const note = {
      id: 'n1',
      type: 'SYSTEM_MAINTENANCE',
      priority: 'URGENT',
      title: 'Down',
      text: 'for long',
      ts: '2026-03-01T03:00:00.000Z',
      read: false,
    } as const;
    await on.stage.inbox.push('101', note);
    expect((await on.run('inbox')).out).toMatch(
      /101: 1 entry\n {2}● 2026-03-01 03:00:00 UTC {2}Down\n {6}for long/,
    );
    expect((await on.run('inbox 101 --mark-read --json')).json()).toMatchObject({
      inboxes: [{ telegramId: '101', total: 1, marked: 1, notifications: [{ id: 'n1' }] }],
    });
    expect((await on.run('inbox 101 --unread --json')).json()).toMatchObject({
      inboxes: [{ notifications: [] }],
    });
    expect((await on.run('inbox everybody')).code).toBe(64);
  });

  it('masks a secret as JSON and as text alike', async () => {
    const half = botToken.slice(0, 28);
    const why = `it said "/bot${botToken}/getMe", ${encodeURIComponent(botToken).toLowerCase()} and ${half}`;
    const fields = ['event', 'lost', 'who', 'x', 'why', why, 'before', '', 'after', ''];
    await on.stage.store.command(['XADD', on.stage.keys.audit, '*', ...fields]);
    const note = {
      id: 'n1',
      type: 'T',
      priority: 'URGENT',
      title: why,
      text: why,
      ts: '',
      read: false,
    } as const;
    await on.stage.inbox.push('101', note);
    await on.stage.store.command(['HSET', on.stage.keys.dead, '77', `3 9 8 2 ${JSON.stringify({ why })}`]);
    await on.stage.takeLock({ host: why });
    for (const command of ['audit', 'inbox 101', 'dead list', 'status', 'doctor']) {
      for (const line of [command, `${command} --json`]) {
        const { out, err } = await on.run(line);
        expect(`${line}: ${out}`).toContain('[redacted]');
        expect(`${out}${err}`.toLowerCase()).not.toContain(botToken.slice(10, 28).toLowerCase());
      }
    }
  });

  it('audit shows who did what, newest first', async () => {
    await on.stage.takeLock();
    await on.run('release-lock --force --yes --as boris --reason fire');
    await on.run('restart --yes');
    const typed = await on.run('audit');
    expect(typed.out.indexOf('restarted  by anna')).toBeLessThan(typed.out.indexOf('broken  by boris: fire'));
    expect((await on.run('audit --count 1 --json')).json()).toMatchObject({
      entries: [{ event: 'restarted' }],
    });
    expect((await on.run('audit --count 0')).code).toBe(64);
  });
});

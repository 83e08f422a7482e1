import { expect, it } from 'vitest';
import { holder } from '../../support/function-fixture.ts';
import { onEachStore } from '../on-each-store.ts';

onEachStore((on) => {
  it('status is a page for a person, and with --json the answer of the function', async () => {
    await on.stage.beat(2000);
    await on.stage.takeLock();
    const typed = await on.run('status');
    expect(typed.code).toBe(0);
    expect(typed.out).toMatch(/^The bot works\.\n/);
    for (const text of [holder.host, 'ago', '1 of 1 running', 'none open']) expect(typed.out).toContain(text);
    expect((await on.run('status --json')).json()).toMatchObject({ ok: true, action: 'status', up: true });
  });
});

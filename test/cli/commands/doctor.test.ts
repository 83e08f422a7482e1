import { expect, it } from 'vitest';
import { redisHandlersReports } from '../../../services/adapters/redis/outage/handlers-reports.ts';
import { adviceFor } from '../../../services/cli/advice.ts';
import { botToken } from '../../support/function-fixture.ts';
import { onEachStore } from '../on-each-store.ts';

onEachStore((on) => {
  it('all is well is exit code 0', async () => {
    await on.stage.beat();
    await on.stage.takeLock();
    const typed = await on.run('doctor');
    expect(typed).toMatchObject({ code: 0, out: expect.stringMatching(/^All is well/) });
  });

  it('names the cause, the one next step, its command and its runbook page, with exit code 1', async () => {
    await on.stage.beat(400_000);
    await on.stage.takeLock();
    const typed = await on.run('doctor');
    expect(typed.code).toBe(1);
    expect(typed.out).toContain('holder-silent');
    expect(typed.out).toContain('npx staffprobot recover');
    expect(typed.out).toContain('docs/runbook.md#holder-silent');
    expect((await on.run('doctor --json')).json()).toMatchObject({
      ok: true,
      healthy: false,
      cause: 'holder-silent',
      next: adviceFor['holder-silent'].next,
      command: 'npx staffprobot recover',
      status: { up: false },
    });
  });

  it('finds at once that nobody polls, whatever the heartbeat says', async () => {
    await on.stage.beat(2000);
    const typed = await on.run('doctor --json');
    expect(typed.code).toBe(1);
    expect(typed.json()).toMatchObject({
      healthy: false,
      cause: 'nobody-holds-the-lock',
      status: { up: true, state: 'not-polling' },
    });
    expect((await on.run('status')).out).toMatch(/^Nobody polls now: nobody holds the polling lock\.\n/);
  });

  it('finds that handlers fail', async () => {
    await on.stage.beat();
    await on.stage.takeLock();
    await on.stage.store.command(['SET', on.stage.keys.epoch, '3']);
    const report = { epoch: 3, failed: 6, handled: 7, lastError: 'the ledger is closed', failingMs: 90_000 };
    await redisHandlersReports(on.stage.store, on.stage.keys).write(report);
    const typed = await on.run('doctor');
    expect(typed.code).toBe(1);
    for (const text of ['handlers-failing', 'the ledger is closed', 'docs/runbook.md#handlers-failing'])
      expect(typed.out).toContain(text);
  });

  it('finds a webhook before the heartbeat is old', async () => {
    await on.stage.beat();
    await fetch(`${on.stage.telegram.url}/bot${botToken}/setWebhook?url=https://elsewhere.example/hook`);
    const typed = await on.run('doctor --json');
    expect(typed.code).toBe(1);
    expect(typed.json()).toMatchObject({ healthy: false, cause: 'webhook-set' });
    await on.run('drop-updates --yes');
  });
});

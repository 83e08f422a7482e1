import { expect, it } from 'vitest';
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

  it('finds a webhook before the heartbeat is old', async () => {
    await on.stage.beat();
    await fetch(`${on.stage.telegram.url}/bot${botToken}/setWebhook?url=https://elsewhere.example/hook`);
    const typed = await on.run('doctor --json');
    expect(typed.code).toBe(1);
    expect(typed.json()).toMatchObject({ healthy: false, cause: 'webhook-set' });
    await on.run('drop-updates --yes');
  });
});

import { expect, it } from 'vitest';
import { redisHandlersReports } from '../../../services/adapters/redis/outage/handlers-reports.ts';
import { adviceFor } from '../../../services/cli/advice.ts';
import { botToken, holder } from '../../support/function-fixture.ts';
import { onEachStore } from '../on-each-store.ts';

onEachStore((on) => {
  it('all is well is exit code 0', async () => {
    await on.stage.beat();
    await on.stage.takeLock();
    const typed = await on.run('doctor');
    expect(typed).toMatchObject({ code: 0, out: expect.stringMatching(/^All is well/) });
  });

  it('shows its work: every check with what it asked and what came', async () => {
    await on.stage.beat();
    await on.stage.takeLock();
    const lines = (await on.run('doctor')).out.split('\n').filter((line) => /^ {2}[✓–] /.test(line));
    expect(lines.map((line) => line.slice(2, 19).trimEnd())).toEqual([
      '✓ store',
      '✓ environment',
      '✓ lock',
      '✓ heartbeat',
      '✓ handlers',
      '✓ telegram',
      '✓ webhook',
      '✓ tasks',
      '✓ outage',
      '✓ alerts',
      '✓ superadmin 101',
      '✓ superadmin 102',
      '✓ superadmin 103',
    ]);
    expect(lines[2]).toContain(`who holds bot_polling_lock: host ${holder.host}, pid 7`);
    expect(on.stage.telegram.state(botToken).sentMessages).toEqual([]);
  });

  it('names the superadmins whom no alert reaches, and exits with 1', async () => {
    await on.stage.beat();
    await on.stage.takeLock();
    on.stage.telegram.fault({ method: 'sendChatAction', kind: '403-blocked', times: 1 });
    const typed = await on.run('doctor');
    expect(typed.code).toBe(1);
    expect(typed.out).toMatch(/^The bot works, but no alert reaches 10\d in Telegram\.\n/);
    expect(typed.out).toMatch(/– superadmin 10\d +sendChatAction: CANNOT BE REACHED: has blocked the bot/);
    expect(typed.out).toContain('unreachable-recipients');
  });

  it('does not take a silent Telegram for unreachable superadmins', async () => {
    await on.stage.beat();
    await on.stage.takeLock();
    on.stage.telegram.fault({ method: 'sendChatAction', kind: '500' });
    const typed = await on.run('doctor');
    expect(typed).toMatchObject({ code: 0, out: expect.stringContaining('– superadmin 101') });
  });

  it('says what it could not ask', async () => {
    await on.stage.beat();
    await on.stage.takeLock();
    const { TELEGRAM_BOT_TOKEN_DEV: _, ECS_CLUSTER: __, ECS_SERVICE: ___, ...rest } = on.stage.environment();
    const typed = await on.run('doctor', { environment: { ...rest, ENVIRONMENT: 'development' } });
    expect(typed.code).toBe(0);
    expect(typed.out).toMatch(/– telegram +getWebhookInfo .*: unknown: TELEGRAM_BOT_TOKEN_DEV is not set/);
    expect(typed.out).toMatch(/– superadmins +.*: unknown: TELEGRAM_BOT_TOKEN_DEV is not set/);
    expect(typed.out).toMatch(/– tasks +.*: unknown: ECS_CLUSTER and ECS_SERVICE are not set/);
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

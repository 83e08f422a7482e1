import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { redisHandlersReports } from '../../../services/adapters/redis/outage/handlers-reports.ts';
import { redisConsumerBeats } from '../../../services/adapters/redis/queue/queue-store.ts';
import { systemClock } from '../../../services/adapters/system-clock.ts';
import { systemRandom } from '../../../services/adapters/system-random.ts';
import { adviceFor } from '../../../services/cli/advice.ts';
import { type SqsEmulator, startSqsEmulator } from '../../../services/lab/sqs-emulator/sqs-emulator.ts';
import { botToken, holder } from '../../support/function-fixture.ts';
import { onEachStore } from '../on-each-store.ts';

onEachStore((on) => {
  describe('in queue mode', () => {
    let sqs: SqsEmulator;
    beforeEach(async () => {
      sqs = await startSqsEmulator({ clock: systemClock, random: systemRandom });
      await on.stage.beat();
      await on.stage.takeLock();
    });
    afterEach(() => sqs.close());
    const environment = (more: Record<string, string> = {}) => ({
      ...on.stage.environment({ AWS_ENDPOINT_URL_SQS: new URL(sqs.queueUrl).origin }),
      HANDLERS: 'queue',
      UPDATES_QUEUE_URL: sqs.queueUrl,
      ...more,
    });
    const consume = () =>
      redisConsumerBeats(on.stage.store, on.stage.keys).write({
        consumer: 'h:1',
        version: '1.0.0',
        lagMs: 40,
        running: 0,
        held: 0,
      });
    const send = () =>
      sqs.queue.send({ group: 'chat:7', deduplicationId: '1.a', body: '{}', attributes: { format: '1' } });

    it('all is well with a consumer, and the queue is checked', async () => {
      await consume();
      const typed = await on.run('doctor', { environment: environment() });
      expect(typed).toMatchObject({ code: 0, out: expect.stringMatching(/^All is well/) });
      expect(typed.out).toMatch(/✓ updates queue .*: FIFO; 0 waiting/);
      expect(typed.out).not.toContain('way back');
    });

    it('names absent handlers, before an update waits and after', async () => {
      const before = await on.run('doctor --json', { environment: environment() });
      expect(before).toMatchObject({ code: 1 });
      expect(before.json()).toMatchObject({ cause: 'handlers-absent', command: 'npx staffprobot restart' });
      expect(before.json()).toMatchObject({ meaning: expect.stringMatching(/the next update will wait/) });
      send();
      expect((await on.run('doctor --json', { environment: environment() })).json()).toMatchObject({
        cause: 'handlers-absent',
        status: { state: 'handlers-absent', updatesQueue: { queue: { visible: 1 } } },
      });
    });

    it('says that the queue does not answer', async () => {
      await sqs.close();
      const typed = await on.run('doctor', { environment: environment() });
      expect(typed.code).toBe(1);
      expect(typed.out).toMatch(/^A worker polls, but the updates queue does not answer here\./);
    });

    it('refuses the way back while a worker polls, and while the queue holds anything', async () => {
      const polling = await on.run('doctor --inline', { environment: environment() });
      expect(polling.code).toBe(1);
      expect(polling.out).toMatch(/^Handlers must not go back inline yet: a worker still polls/);
      await on.stage.store.command(['DEL', on.stage.keys.lock]);
      send();
      const holding = await on.run('doctor --inline --json', { environment: environment() });
      expect(holding.code).toBe(1);
      expect(holding.json()).toMatchObject({
        healthy: false,
        meaning: expect.stringMatching(/still holds 1 waiting and 0 in flight/),
        runbook: 'docs/scaling.md#the-way-back',
        checks: expect.arrayContaining([expect.objectContaining({ name: 'way back', ok: false })]),
      });
    });

    it('refuses it unasked where handlers are inline, though a queue is still named', async () => {
      send();
      const typed = await on.run('doctor', { environment: environment({ HANDLERS: 'inline' }) });
      expect(typed.code).toBe(1);
      expect(typed.out).toMatch(
        /^Handlers must not go back inline yet: the updates queue still holds 1 waiting/,
      );
    });

    it('takes --wait with --inline alone', async () => {
      const typed = await on.run('doctor --wait 5', { environment: environment() });
      expect(typed).toMatchObject({
        code: 64,
        err: expect.stringContaining('--wait: expected with --inline'),
      });
    });
  });

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

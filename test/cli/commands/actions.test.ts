import { expect, it } from 'vitest';
import { systemClock } from '../../../services/adapters/system-clock.ts';
import { systemRandom } from '../../../services/adapters/system-random.ts';
import { startSqsEmulator } from '../../../services/lab/sqs-emulator/sqs-emulator.ts';
import { botToken, holder } from '../../support/function-fixture.ts';
import { onEachStore } from '../on-each-store.ts';

onEachStore((on) => {
  it('asks about the updates queue and the handlers too in queue mode', async () => {
    const sqs = await startSqsEmulator({ clock: systemClock, random: systemRandom });
    sqs.queue.send({ group: 'chat:7', deduplicationId: '1.a', body: '{}', attributes: {} });
    const environment = {
      ...on.stage.environment({ AWS_ENDPOINT_URL_SQS: new URL(sqs.queueUrl).origin }),
      UPDATES_QUEUE_URL: sqs.queueUrl,
    };
    const drop = await on.run('drop-updates', { environment, reply: 'n' });
    expect(drop.questions[0]).toMatch(/, and about 1 waiting update in the updates queue\.\n/);
    expect(sqs.queue.depth().visible).toBe(1);
    const restart = await on.run('restart', { environment, reply: 'n' });
    expect(restart.questions[0]).toContain('check ECS_HANDLERS_SERVICE');
    const done = await on.run('drop-updates --yes', { environment });
    expect(done).toMatchObject({
      code: 0,
      out: expect.stringMatching(/Purged the updates queue of about 1 /),
    });
    expect(sqs.queue.depth().visible).toBe(0);
    const again = await on.run('drop-updates --yes', { environment });
    expect(again).toMatchObject({
      code: 1,
      err: expect.stringMatching(/nothing was dropped; try again in a minute/),
    });
    await sqs.close();
  });

  async function obey(value: string): Promise<void> {
    while ((await on.stage.get(on.stage.keys.lockRevoked)) !== value) await systemClock.sleep(5);
    await on.stage.lock.release(value, 'clean');
  }

  it('release-lock --json also answers under the names that scripts read', async () => {
    const value = await on.stage.takeLock();
    const [typed] = await Promise.all([on.run('release-lock --yes --json --reason tidy'), obey(value)]);
    expect(typed.code).toBe(0);
    expect(typed.json()).toMatchObject({
      ok: true,
      lock_removed: true,
      previous_value: value,
      lockRemoved: true,
      mode: 'released',
    });
    expect(typed.err).toContain('release-lock…');
    expect(typed.out.trim().split('\n')).toHaveLength(1);
  });

  it('release-lock needs no bot token, and records who asked and why', async () => {
    const value = await on.stage.takeLock();
    const { TELEGRAM_BOT_TOKEN_DEV: _, ...environment } = on.stage.environment();
    const typed = await on.run('release-lock --force --yes', { environment });
    expect(typed.code).toBe(0);
    expect(typed.out).toContain('The lock was deleted.');
    expect(typed.out).toContain(holder.host);
    expect(await on.latestAudit()).toMatchObject({
      event: 'broken',
      who: 'anna at laptop',
      why: 'by hand from the command line',
      before: value,
    });
  });

  it('release-lock is exit code 1 when the lock is still held at the end', async () => {
    await on.stage.takeLock();
    const typed = await on.run('release-lock --yes --wait 1 --json');
    expect(typed.code).toBe(1);
    expect(typed.json()).toMatchObject({ ok: true, lock_removed: false, mode: 'revoked' });
    expect(typed.err).toContain('release-lock…');
  });

  it('release-lock is exit code 0 when the lock is free', async () => {
    const typed = await on.run('release-lock --yes --json');
    expect(typed.code).toBe(0);
    expect(typed.json()).toMatchObject({ lock_removed: false, previous_value: null, mode: 'absent' });
  });

  it('asks again if more would be deleted than was confirmed', async () => {
    const { telegram } = on.stage;
    telegram.pushText(botToken, { chatId: 7, text: 'one' });
    let asked = 0;
    const meanwhile = async (): Promise<void> => {
      asked += 1;
      if (asked === 1)
        for (let more = 0; more < 5; more += 1) telegram.pushText(botToken, { chatId: 7, text: 'x' });
    };
    const pending = telegram.state(botToken).pending;
    const typed = await on.run('drop-updates', { reply: 'y', meanwhile });
    expect(typed.questions).toHaveLength(2);
    expect(typed.err).toContain('It has changed meanwhile, so nothing was done. Look again:');
    expect(typed.questions[1]).toContain(`${pending + 5} waiting updates`);
    expect(typed.out).toContain(`Deleted ${pending + 5} waiting updates`);
  });

  it('never deletes by force a lock that was not the one in the question', async () => {
    await on.stage.takeLock();
    let later = '';
    const meanwhile = async (question: string): Promise<void> => {
      if (!question.includes('another-host')) later = await on.stage.takeLock({ host: 'another-host' });
    };
    const typed = await on.run('release-lock --force', { reply: 'y', meanwhile });
    expect(typed.questions).toHaveLength(2);
    expect(typed.questions[1]).toContain('another-host');
    expect(await on.latestAudit()).toMatchObject({ event: 'broken', before: later });
  });

  it.each(['release-lock', 'drop-updates', 'restart', 'recover', 'recover --drop-updates'])(
    '%s asks for confirmation, with the state and the consequence, and does nothing after a no',
    async (line) => {
      const value = await on.stage.takeLock();
      on.stage.telegram.pushText(botToken, { chatId: 7, text: 'hello' });
      const restarts = on.stage.restarts;
      const typed = await on.run(line, { reply: 'n' });
      expect(typed.code).toBe(1);
      expect(typed.err).toContain('Nothing was changed');
      expect(typed.questions[0]).toContain(holder.host);
      expect(typed.questions[0]).toMatch(/Go on\? \[y\/N\] $/);
      if (line.includes('drop')) expect(typed.questions[0]).toMatch(/DELETED FOR GOOD: \d+ waiting update/);
      expect(await on.stage.get(on.stage.keys.lock)).toBe(value);
      expect(await on.stage.get(on.stage.keys.lockRevoked)).toBeNull();
      expect(on.stage.restarts).toBe(restarts);
      expect(on.stage.telegram.state(botToken).pending).toBeGreaterThan(0);
    },
  );

  it('says what happens without ECS, and does not ask about a restart that cannot be', async () => {
    const { ECS_CLUSTER: _, ECS_SERVICE: __, ...environment } = on.stage.environment();
    const typed = await on.run('recover', { reply: 'n', environment });
    expect(typed.questions[0]).toContain('No worker is restarted, because ECS is not configured');
    expect(typed.questions[0]).not.toContain('The worker restarts');
    const refused = await on.run('restart', { reply: 'y', environment });
    expect(refused).toMatchObject({ questions: [] });
    expect(refused.err).toContain('ECS_NOT_CONFIGURED');
  });

  it('goes on after a yes in either language', async () => {
    for (const reply of ['y', ' Yes ', 'да']) {
      const restarts = on.stage.restarts;
      expect((await on.run('restart', { reply })).code).toBe(0);
      expect(on.stage.restarts).toBe(restarts + 1);
    }
  });

  it('refuses an action without --yes when there is no terminal, before it reads any setting', async () => {
    const typed = await on.run('recover', { environment: {} });
    expect(typed).toMatchObject({ code: 64, out: '' });
    expect(typed.err).toContain('--yes');
  });

  it('recover shows each step as it begins, and ends when the bot is back', async () => {
    await on.stage.beat(400_000);
    on.stage.telegram.pushText(botToken, { chatId: 7, text: 'old' });
    on.stage.whenRestarted = () => on.stage.beat();
    const typed = await on.run('recover --drop-updates --yes');
    expect(typed.code).toBe(0);
    expect(typed.out).toContain('The bot works again.');
    const order = ['release-lock…', 'drop-updates…', 'restart…', 'fresh-heartbeat…'];
    expect(order.map((step) => typed.err.indexOf(step))).toEqual(
      order.map((step) => typed.err.indexOf(step)).toSorted((a, b) => a - b),
    );
    expect(typed.err).toContain('fresh-heartbeat…');
    expect(on.stage.telegram.state(botToken).pending).toBe(0);
  });

  it('recover that fails lists what was done and what was not, with exit code 1', async () => {
    on.stage.aws.fault({ service: 'ecs', kind: 'throttle' });
    const typed = await on.run('recover --yes');
    expect(typed.code).toBe(1);
    expect(typed.err).toMatch(/release-lock\s+done/);
    expect(typed.err).toMatch(/restart\s+failed/);
    expect(typed.err).toMatch(/fresh-heartbeat\s+not tried/);
    expect(typed.err).toContain('ECS_FAILED');
    expect(typed.out).toBe('');
  });

  it('counts on one line of a terminal, and shows no progress with --quiet', async () => {
    const live = await on.run('recover --yes --wait 2', { isLive: true });
    expect(live.err).toMatch(/\rfresh-heartbeat… \d+ s/);
    const quiet = await on.run('recover --yes --wait 1 --quiet --json');
    expect(quiet.err).toBe('');
    expect(quiet.json()).toMatchObject({ ok: false, error: { code: 'NO_HEARTBEAT_YET' } });
  });

  it('drop-updates says how many updates it deleted', async () => {
    await on.run('drop-updates --yes');
    on.stage.telegram.pushText(botToken, { chatId: 7, text: 'one' });
    expect((await on.run('drop-updates --yes')).out).toBe('Deleted 1 waiting update.\n');
    expect(await on.latestAudit()).toMatchObject({ event: 'dropped', who: 'anna at laptop' });
  });
});

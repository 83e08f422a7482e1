import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { redisAuditTrail } from '../../services/adapters/redis/audit-trail.ts';
import { systemClock } from '../../services/adapters/system-clock.ts';
import { adviceFor } from '../../services/cli/advice.ts';
import { causes } from '../../services/core/outage/diagnosis.ts';
import { botToken, FunctionFixture, holder, stores } from '../support/function-fixture.ts';
import { type KeyboardOptions, type Typed, type } from './keyboard.ts';

describe.each(stores)('npx staffprobot on $name', ({ path, missing }) => {
  describe.skipIf(missing)('with everything around it', () => {
    let stage: FunctionFixture;
    beforeAll(async () => {
      stage = await FunctionFixture.open(path);
    });
    afterAll(() => stage?.close());
    beforeEach(() => stage.clear());
    afterEach(() => {
      stage.telegram.fault({ kind: 'none' });
      stage.aws.clearFaults();
      stage.whenRestarted = async () => {};
    });

    const run = (line: string, more: Partial<KeyboardOptions> = {}): Promise<Typed> =>
      type(line, { environment: stage.environment(), ...more });
    const latest = async () => (await redisAuditTrail(stage.store, stage.keys).latest(1))[0];

    async function obey(value: string): Promise<void> {
      while ((await stage.get(stage.keys.lockRevoked)) !== value) await systemClock.sleep(5);
      await stage.lock.release(value, 'clean');
    }

    it('release-lock --json tells what the old script told', async () => {
      const value = await stage.takeLock();
      const [typed] = await Promise.all([run('release-lock --yes --json --reason tidy'), obey(value)]);
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

    it('release-lock needs no token, and says who asked and why', async () => {
      const value = await stage.takeLock();
      const { TELEGRAM_BOT_TOKEN_DEV: _, ...environment } = stage.environment();
      const typed = await run('release-lock --force --yes', { environment });
      expect(typed.code).toBe(0);
      expect(typed.out).toContain('The lock was deleted.');
      expect(typed.out).toContain(holder.host);
      expect(await latest()).toMatchObject({
        event: 'broken',
        who: 'anna at laptop',
        why: 'by hand from the command line',
        before: value,
      });
    });

    it('release-lock that is not obeyed in time is exit code 1', async () => {
      await stage.takeLock();
      const typed = await run('release-lock --yes --wait 1 --json');
      expect(typed.code).toBe(1);
      expect(typed.json()).toMatchObject({ ok: true, lock_removed: false, mode: 'revoked' });
      expect(typed.err).toContain('release-lock…');
    });

    it('nothing to release is exit code 0', async () => {
      const typed = await run('release-lock --yes --json');
      expect(typed.code).toBe(0);
      expect(typed.json()).toMatchObject({ lock_removed: false, previous_value: null, mode: 'absent' });
    });

    it.each(['release-lock', 'drop-updates', 'restart', 'recover', 'recover --drop-updates'])(
      '%s asks first, with the state and the consequence, and takes no for an answer',
      async (line) => {
        const value = await stage.takeLock();
        stage.telegram.pushText(botToken, { chatId: 7, text: 'hello' });
        const restarts = stage.restarts;
        const typed = await run(line, { reply: 'n' });
        expect(typed.code).toBe(1);
        expect(typed.err).toContain('Nothing was changed');
        expect(typed.questions[0]).toContain(holder.host);
        expect(typed.questions[0]).toMatch(/Go on\? \[y\/N\] $/);
        if (line.includes('drop')) expect(typed.questions[0]).toMatch(/DELETED FOR GOOD: \d+ waiting update/);
        expect(await stage.get(stage.keys.lock)).toBe(value);
        expect(await stage.get(stage.keys.lockRevoked)).toBeNull();
        expect(stage.restarts).toBe(restarts);
        expect(stage.telegram.state(botToken).pending).toBeGreaterThan(0);
      },
    );

    it('does as asked after a yes, in either language', async () => {
      for (const reply of ['y', ' Yes ', 'да']) {
        const restarts = stage.restarts;
        expect((await run('restart', { reply })).code).toBe(0);
        expect(stage.restarts).toBe(restarts + 1);
      }
    });

    it('refuses to ask nobody, before it looks at anything', async () => {
      const typed = await run('recover', { environment: {} });
      expect(typed).toMatchObject({ code: 64, out: '' });
      expect(typed.err).toContain('--yes');
    });

    it('recover tells its steps as they begin, and ends when the bot is back', async () => {
      await stage.beat(400_000);
      stage.telegram.pushText(botToken, { chatId: 7, text: 'old' });
      stage.whenRestarted = () => stage.beat();
      const typed = await run('recover --drop-updates --yes');
      expect(typed.code).toBe(0);
      expect(typed.out).toContain('The bot works again.');
      const order = ['release-lock…', 'drop-updates…', 'restart…', 'fresh-heartbeat…'];
      expect(order.map((step) => typed.err.indexOf(step))).toEqual(
        order.map((step) => typed.err.indexOf(step)).toSorted((a, b) => a - b),
      );
      expect(typed.err).toContain('fresh-heartbeat…');
      expect(stage.telegram.state(botToken).pending).toBe(0);
    });

    it('recover says what was done and what was not, with exit code 1', async () => {
      stage.aws.fault({ service: 'ecs', kind: 'throttle' });
      const typed = await run('recover --yes');
      expect(typed.code).toBe(1);
      expect(typed.err).toMatch(/release-lock\s+done/);
      expect(typed.err).toMatch(/restart\s+failed/);
      expect(typed.err).toMatch(/fresh-heartbeat\s+not tried/);
      expect(typed.err).toContain('ECS_FAILED');
      expect(typed.out).toBe('');
    });

    it('counts on one line where a person looks, and is quiet when asked to be', async () => {
      const live = await run('recover --yes --wait 2', { isLive: true });
      expect(live.err).toMatch(/\rfresh-heartbeat… \d+ s/);
      const quiet = await run('recover --yes --wait 1 --quiet --json');
      expect(quiet.err).toBe('');
      expect(quiet.json()).toMatchObject({ ok: false, error: { code: 'NO_HEARTBEAT_YET' } });
    });

    it('drop-updates tells how many', async () => {
      await run('drop-updates --yes');
      stage.telegram.pushText(botToken, { chatId: 7, text: 'one' });
      expect((await run('drop-updates --yes')).out).toBe('Deleted 1 waiting update.\n');
      expect(await latest()).toMatchObject({ event: 'dropped', who: 'anna at laptop' });
    });

    it('status reads like a page, and as JSON like the function’s answer', async () => {
      await stage.beat(2000);
      await stage.takeLock();
      const typed = await run('status');
      expect(typed.code).toBe(0);
      expect(typed.out).toMatch(/^The bot works\.\n/);
      for (const text of [holder.host, 'ago', '1 of 1 running', 'none open'])
        expect(typed.out).toContain(text);
      expect((await run('status --json')).json()).toMatchObject({ ok: true, action: 'status', up: true });
    });

    it('doctor: all is well is exit code 0', async () => {
      await stage.beat();
      await stage.takeLock();
      const typed = await run('doctor');
      expect(typed).toMatchObject({ code: 0, out: expect.stringMatching(/^All is well/) });
    });

    it('doctor: names the cause, the one next step, its command and its page, with exit code 1', async () => {
      await stage.beat(400_000);
      await stage.takeLock();
      const typed = await run('doctor');
      expect(typed.code).toBe(1);
      expect(typed.out).toContain('holder-silent');
      expect(typed.out).toContain('npx staffprobot recover');
      expect(typed.out).toContain('docs/runbook.md#holder-silent');
      expect((await run('doctor --json')).json()).toMatchObject({
        ok: true,
        healthy: false,
        cause: 'holder-silent',
        next: adviceFor['holder-silent'].next,
        command: 'npx staffprobot recover',
        status: { up: false },
      });
    });

    it('doctor: sees a webhook before the heartbeat is old', async () => {
      await stage.beat();
      await fetch(`${stage.telegram.url}/bot${botToken}/setWebhook?url=https://elsewhere.example/hook`);
      const typed = await run('doctor --json');
      expect(typed.code).toBe(1);
      expect(typed.json()).toMatchObject({ healthy: false, cause: 'webhook-set' });
      await run('drop-updates --yes');
    });

    it('doctor has advice for every cause', () => {
      expect(Object.keys(adviceFor).sort()).toEqual([...causes].sort());
    });

    it('a store that does not answer is exit code 69, in every command', async () => {
      const environment = stage.environment({ UPSTASH_REDIS_REST_URL: 'http://127.0.0.1:1' });
      for (const line of [
        'status',
        'doctor',
        'release-lock --yes',
        'recover --yes',
        'audit',
        'inbox',
        'dead list',
      ]) {
        const typed = await run(`${line} --json`, { environment });
        expect([line, typed.code]).toEqual([line, 69]);
        expect(typed.json()).toMatchObject({ ok: false, error: { code: 'STORE_UNREACHABLE' } });
      }
    });

    it('wrong settings are exit code 78, a line each, without a secret', async () => {
      const environment = { TELEGRAM_BOT_TOKEN_DEV: 'not-a-token-secret', HEARTBEAT_STALE_SECONDS: 'soon' };
      const typed = await run('status', { environment });
      expect(typed.code).toBe(78);
      expect(typed.err).toMatch(/^TELEGRAM_BOT_TOKEN_DEV: expected/m);
      expect(typed.err).toMatch(/^UPSTASH_REDIS_REST_URL: expected/m);
      expect(typed.err).toMatch(/^HEARTBEAT_STALE_SECONDS: expected/m);
      expect(typed.err).not.toContain('not-a-token-secret');
    });

    it('no output holds a secret', async () => {
      const outputs: string[] = [];
      for (const kind of ['truncated', '401', '502-html'] as const) {
        stage.telegram.fault({ method: 'getWebhookInfo', kind });
        for (const line of ['status', 'doctor --json', 'drop-updates --yes']) {
          const { out, err } = await run(line);
          outputs.push(out, err);
        }
      }
      for (const secret of [botToken, 'function-stage-store-token', 'emulated-secret']) {
        expect(outputs.join('')).not.toContain(secret);
      }
    });
  });
});

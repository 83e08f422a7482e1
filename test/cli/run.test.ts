import { expect, it } from 'vitest';
import { botToken } from '../support/function-fixture.ts';
import { onEachStore } from './on-each-store.ts';

onEachStore((on) => {
  it('a store that does not answer is exit code 69 of every command', async () => {
    const environment = on.stage.environment({ UPSTASH_REDIS_REST_URL: 'http://127.0.0.1:1' });
    for (const line of [
      'status',
      'doctor',
      'release-lock --yes',
      'recover --yes',
      'audit',
      'inbox',
      'dead list',
    ]) {
      const typed = await on.run(`${line} --json`, { environment });
      expect([line, typed.code]).toEqual([line, 69]);
      expect(typed.json()).toMatchObject({ ok: false, error: { code: 'STORE_UNREACHABLE' } });
    }
  });

  it('wrong settings are exit code 78, one line each, without a secret', async () => {
    const environment = { TELEGRAM_BOT_TOKEN_DEV: 'not-a-token-secret', HEARTBEAT_STALE_SECONDS: 'soon' };
    const typed = await on.run('status', { environment });
    expect(typed.code).toBe(78);
    expect(typed.err).toMatch(/^TELEGRAM_BOT_TOKEN_DEV: expected/m);
    expect(typed.err).toMatch(/^UPSTASH_REDIS_REST_URL: expected/m);
    expect(typed.err).toMatch(/^HEARTBEAT_STALE_SECONDS: expected/m);
    expect(typed.err).not.toContain('not-a-token-secret');
  });

  it('a proxy that is none is exit code 78 of every command, and no matter for the help', async () => {
    const environment = on.stage.environment({ HTTPS_PROXY: 'user:secret@proxy' });
    const typed = await on.run('status', { environment });
    expect(typed.code).toBe(78);
    expect(typed.err).toMatch(/^HTTPS_PROXY: expected the address of an HTTP proxy/m);
    expect(typed.err).not.toContain('secret@');
    expect((await on.run('--help', { environment })).code).toBe(0);
  });

  it('shows the control codes of foreign text, and keeps the meaning of JSON', async () => {
    const host = 'vm\u001b[2K\rAll is well\u202e';
    await on.stage.takeLock({ host });
    const { out } = await on.run('status');
    expect(out).toContain('vm\\u001b[2K');
    expect(out).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
    expect(JSON.stringify((await on.run('status --json')).json())).toContain(
      JSON.stringify(host).slice(1, -1),
    );
  });

  it('no output holds a secret', async () => {
    const outputs: string[] = [];
    for (const kind of ['truncated', '401', '502-html'] as const) {
      on.stage.telegram.fault({ method: 'getWebhookInfo', kind });
      for (const line of ['status', 'doctor --json', 'drop-updates --yes']) {
        const { out, err } = await on.run(line);
        outputs.push(out, err);
      }
    }
    for (const secret of [botToken, 'function-stage-store-token', 'emulated-secret']) {
      expect(outputs.join('')).not.toContain(secret);
    }
  });
});

import { execFile } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { emulatorMainPath, startTelegramEmulatorProcess } from '../../support/telegram-emulator.ts';
import { message } from './emulator-fixture.ts';

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [emulatorMainPath, ...args], (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

describe('the emulator as a process', () => {
  it('prints its URL, serves, and ends cleanly on SIGTERM with a poll open', async () => {
    const emulator = await startTelegramEmulatorProcess();
    const push = { token: '9000:secret', update: message() };
    const pushed = await fetch(`${emulator.url}/emulator/updates`, {
      method: 'POST',
      body: JSON.stringify(push),
    });
    expect(await pushed.json()).toEqual({ ok: true, result: [expect.any(Number)] });
    const poll = fetch(`${emulator.url}/bot9001:secret/getUpdates?timeout=50`).catch(() => 'ended');
    let open = 0;
    while (open === 0) {
      const state = await (await fetch(`${emulator.url}/emulator/state?token=9001:secret`)).json();
      open = (state as { result: { openPolls: number } }).result.openPolls;
    }
    expect(await emulator.stop()).toBe(0);
    expect(await poll).toBe('ended');
  });

  it('names a busy port in one line and exits with 78', async () => {
    const first = await startTelegramEmulatorProcess();
    const { port } = new URL(first.url);
    const { code, stdout, stderr } = await run('--port', port);
    expect({ code, stdout, stderr }).toEqual({
      code: 78,
      stdout: '',
      stderr: `--port: ${port} is in use; choose another, or 0 for a free one\n`,
    });
    expect(await first.stop()).toBe(0);
  });

  it.each([
    [['--port', 'abc'], '--port'],
    [['--port', '-1'], '--port'],
    [['--port', '65536'], '--port'],
    [['--port'], '--port'],
    [['--latency-ms', 'x'], '--latency-ms'],
    [['--prot', '1'], '--prot'],
    [['stray'], 'stray'],
    [['--host', '203.0.113.1'], '203.0.113.1'],
  ])('refuses %o in one line and exits with 78', async (args, named) => {
    const { code, stdout, stderr } = await run(...args);
    expect([code, stdout]).toEqual([78, '']);
    expect(stderr).toContain(named);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

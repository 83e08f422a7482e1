import { afterEach, describe, expect, it } from 'vitest';
import { connectQueue } from '../../../services/adapters/sqs.ts';
import { type Program, startProgram } from '../../support/program.ts';
import { testCredentials } from '../../support/queue-engines.ts';

const programs: Program[] = [];
function start(...args: string[]): Program {
  const program = startProgram('services/lab/sqs-emulator/main.ts', {}, args);
  programs.push(program);
  return program;
}
afterEach(async () => {
  await Promise.all(programs.splice(0).map((program) => program.destroy()));
});

async function startServing(): Promise<{ readonly program: Program; readonly url: string }> {
  const program = start('--port', '0');
  await program.says(/^ready \S+\n/);
  return { program, url: /^ready (\S+)/.exec(program.stdout())?.[1] ?? '' };
}

describe('the emulator as a process', () => {
  it('prints the address of its queue, serves it, and ends cleanly on SIGTERM with a receive open', async () => {
    const { program, url } = await startServing();
    const client = {
      region: 'us-east-1',
      endpoint: undefined,
      credentials: testCredentials,
      proxy: undefined,
    };
    const queue = await connectQueue({ url, times: { requestTimeoutMs: 5000 } }, client);
    expect(await queue.describe()).toEqual({ isFifo: true });
    const open = queue.receive({ countMax: 1, waitMs: 20_000, visibilityMs: 30_000 });
    const ended = expect(open).rejects.toThrow();
    program.signal('SIGTERM');
    expect(await program.ended).toBe(0);
    await ended;
    expect(program.output()).toBe(`ready ${url}\n`);
  });

  it('names a busy port in one line and exits with 78', async () => {
    const { url } = await startServing();
    const { port } = new URL(url);
    const second = start('--port', port);
    expect(await second.ended).toBe(78);
    expect(second.output()).toBe(`--port: ${port} is in use; choose another, or 0 for a free one\n`);
  });

  it.each([
    [['--port', 'abc'], '--port'],
    [['--port', '65536'], '--port'],
    [['--port'], '--port'],
    [['--latency-ms', '-1'], '--latency-ms'],
    [['--latency-ms', '60001'], '--latency-ms'],
    [['--prot', '1'], '--prot'],
    [['stray'], 'stray'],
  ])('refuses %o in one line and exits with 78', async (args, named) => {
    const program = start(...args);
    expect(await program.ended).toBe(78);
    expect(program.stdout()).toBe('');
    expect(program.stderr()).toContain(named);
    expect(program.stderr().trimEnd().split('\n')).toHaveLength(1);
  });
});

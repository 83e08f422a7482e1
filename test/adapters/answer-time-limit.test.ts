import { beforeEach, expect, it } from 'vitest';
import { answerTimeLimit } from '../../services/adapters/answer-time-limit.ts';
import { connectQueue } from '../../services/adapters/sqs.ts';
import { systemClock } from '../../services/adapters/system-clock.ts';
import { startProgram } from '../support/program.ts';
import { testCredentials } from '../support/queue-engines.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const timeoutMs = 1000;
let clock: VirtualClock;
let ended: AbortController;
beforeEach(() => {
  clock = new VirtualClock();
  ended = new AbortController();
});
const start = () => answerTimeLimit({ clock, timeoutMs, ended: ended.signal });

it('aborts when the time is over, as a timeout', async () => {
  const limit = start();
  await clock.advance(timeoutMs - 1);
  expect(limit.aborted).toBe(false);
  await clock.advance(1);
  expect(limit.reason).toMatchObject({ name: 'TimeoutError', message: 'no answer within 1000 ms' });
});

it('does not count a pause in which nothing could be read', async () => {
  const limit = start();
  await clock.advance(timeoutMs - 1);
  clock.pause(60_000);
  await clock.advance(0);
  expect(limit.aborted).toBe(false);
  await clock.advance(timeoutMs);
  expect(limit.aborted).toBe(true);
});

it('leaves nothing behind when the request has ended', async () => {
  const limit = start();
  ended.abort('ended');
  await clock.advance(timeoutMs);
  expect(limit.aborted).toBe(false);
  expect(clock.sleeperCount).toBe(0);
});

it('lets a process that computed for longer than the limit read the queue’s answer', async () => {
  const engine = startProgram('services/lab/sqs-emulator/main.ts', {}, ['--latency-ms', '300']);
  await engine.says(/^ready \S+\n/);
  const url = /^ready (\S+)/.exec(engine.stdout())?.[1] ?? '';
  const client = { region: 'us-east-1', endpoint: undefined, credentials: testCredentials, proxy: undefined };
  const queue = await connectQueue({ url, times: { requestTimeoutMs: timeoutMs } }, client);
  const body = '{"update_id":1}';
  const message = { group: 'chat:1', deduplicationId: '1', body, attributes: {}, sizeBytes: body.length };
  await queue.send([message], ended.signal);
  const received = queue.receive({ countMax: 1, waitMs: 0, visibilityMs: 30_000 });
  await systemClock.sleep(100);
  // Whatever blocks after this turn's sockets were read is followed by timers, and by sockets only then.
  await systemClock.sleep(0);
  const endMs = systemClock.monotonicMs() + 2 * timeoutMs;
  while (systemClock.monotonicMs() < endMs);
  expect(await received).toMatchObject([{ body }]);
  await engine.destroy();
});

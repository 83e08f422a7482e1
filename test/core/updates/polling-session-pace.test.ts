/** How long a polling session waits for handlers before it confirms their updates, and when it journals them instead. */
import { beforeEach, expect, it } from 'vitest';
import type { HandleUpdate } from '../../../services/core/updates/update.ts';
import { message, SessionFixture } from './session-fixture.ts';

const handlerMs = 20;
let fixture: SessionFixture;
let writes: number;

beforeEach(async () => {
  fixture = await SessionFixture.open();
  writes = 0;
  const { run } = fixture.runner;
  fixture.runner.run = (script, keys, args) => {
    if (script.name.startsWith('write-journal')) writes++;
    return run.call(fixture.runner, script, keys, args);
  };
});

/** When the poll went out that confirmed a batch of this size, after the end of the poll that brought it. */
async function confirmedAfterMs(batchSize: number): Promise<number> {
  const handle: HandleUpdate = () => fixture.clock.sleep(handlerMs);
  const { session } = await fixture.lead({ handle });
  const updates = Array.from({ length: batchSize }, (_, index) => message(100 + index, 'hello'));
  fixture.telegram.queue.push(...updates);
  void session.run();
  await fixture.clock.advance(1000);
  const [first, second] = fixture.telegram.calls;
  expect(second?.offset).toBe(100 + batchSize);
  return (second?.atMs ?? 0) - (first?.atMs ?? 0) - fixture.telegram.roundTripMs;
}

it('waits for the handlers of a few updates, and writes nothing', async () => {
  expect(await confirmedAfterMs(4)).toBe(handlerMs);
  expect(writes).toBe(0);
});

it('journals five or more at once, so that nobody else waits for their handlers', async () => {
  expect(await confirmedAfterMs(5)).toBe(0);
  expect(writes).toBe(1);
});

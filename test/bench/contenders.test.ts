import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStage, type Stage } from './bench-fixture.ts';
import { bareLoop, contenders } from './contenders.ts';
import { countOf } from './record.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.stop());

it.each([...contenders, bareLoop])('$name does what the messages say, each once', async (contender) => {
  const run = await stage.run();
  await run.send([1, 2, 1].map((chatId) => ({ chatId, workMs: 1, reply: false })));
  await contender.start(run);
  await run.warmUp();
  expect(await run.settled(20_000)).toBe(true);
  expect(countOf(run.sent, run.record)).toMatchObject({ sent: 4, lost: 0, repeated: 0 });
  await run.stop();
});

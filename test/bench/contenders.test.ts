import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BenchFixture, openFixture } from './bench-fixture.ts';
import { bareLoop, bareLoopWithStore, contenders } from './contenders.ts';
import { countOf } from './record.ts';

let fixture: BenchFixture;
beforeAll(async () => {
  fixture = await openFixture();
});
afterAll(() => fixture.stop());

it.each([...contenders, bareLoop, bareLoopWithStore])(
  '$name does the work of each message exactly once',
  async (contender) => {
    const run = await fixture.run();
    await run.send([1, 2, 1].map((chatId) => ({ chatId, workMs: 1, reply: false })));
    await contender.start(run);
    await run.warmUp();
    expect(await run.settled(20_000)).toBe(true);
    expect(countOf(run.sent, run.record)).toMatchObject({ sent: 4, lost: 0, repeated: 0 });
    await run.stop();
  },
);

/** A polling session in queue mode, whose handler only passes updates on. */
import { beforeEach, expect, it } from 'vitest';
import { keys, message, SessionFixture } from './session-fixture.ts';

let fixture: SessionFixture;
let handled: string[];
let mayFetch: boolean;
beforeEach(async () => {
  fixture = await SessionFixture.open();
  handled = [];
  mayFetch = true;
});

const lead = () =>
  fixture.lead({
    handle: async (update, { retry }) => void handled.push(`${update.update_id} ${retry}`),
    forwarding: { mayFetch: () => mayFetch },
  });

it('counts no attempt: an update that waited through many terms is passed on like any other', async () => {
  await fixture.journal(100, `3 2 2 0 ${JSON.stringify(message(100, 'old'))}`);
  const { session } = await lead();
  void session.run();
  await fixture.clock.advance(100);
  expect(handled).toEqual(['100 undefined']);
  expect(await fixture.runner.command(['EXISTS', keys.dead])).toBe(0);
});

it('tells one dead retry from another', async () => {
  await fixture.journal(100, `0 2 2 4 ${JSON.stringify(message(100, 'retried'))}`);
  const { session } = await lead();
  void session.run();
  await fixture.clock.advance(100);
  expect(handled).toEqual(['100 4']);
});

it('fetches nothing while the queue is too full', async () => {
  mayFetch = false;
  const { session } = await lead();
  void session.run();
  fixture.telegram.queue.push(message(100, 'new'));
  await fixture.clock.advance(10_000);
  expect(handled).toEqual([]);
  mayFetch = true;
  await fixture.clock.advance(2000);
  expect(handled).toEqual(['100 undefined']);
});

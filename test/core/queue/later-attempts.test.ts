import { beforeEach, describe, expect, it } from 'vitest';
import { ConsumerFixture } from '../../support/consumer-fixture.ts';

let fixture: ConsumerFixture;
beforeEach(() => {
  fixture = new ConsumerFixture();
});

describe('an update that was delivered before', () => {
  it('begins as the attempt that the store counts', async () => {
    fixture.send(1);
    await fixture.deliverInVain();
    fixture.start(fixture.handler(0));
    await fixture.clock.advance(1000);
    expect(fixture.log).toEqual(['1 begins 2', '1 ends']);
  });

  it('counts as attempted only if it may have begun: not behind another of its chat', async () => {
    fixture.send(1);
    fixture.send(2);
    await fixture.deliverInVain(2);
    fixture.start(fixture.handler(0));
    await fixture.clock.advance(1000);
    expect(fixture.log).toEqual(['1 begins 2', '1 ends', '2 begins 1', '2 ends']);
  });

  it('waits, and is prolonged, while the store is away', async () => {
    fixture.send(1);
    await fixture.deliverInVain();
    fixture.storeIsAway = true;
    fixture.start(fixture.handler(0));
    await fixture.clock.advance(70_000);
    expect(fixture.log.filter((line) => line.includes('begins'))).toEqual([]);
    expect(fixture.queue.depth()).toMatchObject({ inFlight: 1 });
    fixture.storeIsAway = false;
    await fixture.clock.advance(3000);
    expect(fixture.log).toContain('1 begins 2');
  });

  it('has its second attempt beside no other second one, while first ones go on', async () => {
    fixture.send(1, 1);
    fixture.send(2, 2);
    await fixture.deliverInVain();
    fixture.start(fixture.handler(1000));
    await fixture.clock.advance(100);
    fixture.send(3, 3);
    await fixture.clock.advance(1000);
    expect(fixture.log).toEqual(['1 begins 2', '3 begins 1', '1 ends', '2 begins 2', '3 ends']);
  });

  it('waits for others no longer than five seconds', async () => {
    fixture.send(1, 1);
    fixture.send(2, 2);
    await fixture.deliverInVain();
    fixture.start(fixture.handler(60_000));
    await fixture.clock.advance(4900);
    expect(fixture.log).toEqual(['1 begins 2']);
    await fixture.clock.advance(200);
    expect(fixture.log).toContain('2 begins 2');
  });

  it('holds up no first attempt while the store cannot count its third', async () => {
    fixture.send(1, 1);
    await fixture.deliverInVain(2);
    fixture.begun.set(1, 2);
    fixture.storeIsAway = true;
    fixture.start(fixture.handler(0));
    await fixture.clock.advance(5000);
    fixture.send(2, 2);
    await fixture.clock.advance(100);
    expect(fixture.log).toEqual(['2 begins 1', '2 ends']);
  });

  it('lets nothing in alone beside one that is being counted', async () => {
    fixture.send(1, 1);
    fixture.send(2, 2);
    const [first, second] = await fixture.queue.receive({ countMax: 10, waitMs: 0 });
    fixture.queue.setVisibility(first?.receipt ?? '', 0);
    fixture.queue.setVisibility(second?.receipt ?? '', 200);
    fixture.begun.set(2, 2);
    fixture.countsTakeMs = 500;
    fixture.start(fixture.handler(1000));
    await fixture.clock.advance(4000);
    expect(fixture.log).toEqual(['1 begins 2', '1 ends', '2 begins 3', '2 ends']);
  });

  it('begins when a stop comes while its attempt is counted, and is not given back', async () => {
    fixture.send(1);
    await fixture.deliverInVain();
    fixture.countsTakeMs = 500;
    const running = fixture.start(fixture.handler(1000));
    await fixture.clock.advance(100);
    fixture.stop.abort();
    await fixture.clock.advance(12_000);
    expect(fixture.log).toEqual(['1 begins 2', '1 ends']);
    expect(fixture.queue.depth()).toMatchObject({ visible: 0, inFlight: 0 });
    expect(running.hasEnded).toBe(true);
  });

  it('goes back at once if the store did not count it when a stop came', async () => {
    fixture.send(1);
    await fixture.deliverInVain();
    fixture.countsTakeMs = 500;
    fixture.start(fixture.handler(1000));
    await fixture.clock.advance(100);
    fixture.stop.abort();
    fixture.storeIsAway = true;
    await fixture.clock.advance(500);
    expect(fixture.queue.depth()).toMatchObject({ visible: 1, inFlight: 0 });
    expect(fixture.begun.has(1)).toBe(false);
  });

  it('has its third attempt alone', async () => {
    fixture.send(1, 1);
    await fixture.deliverInVain(2);
    fixture.begun.set(1, 2);
    fixture.send(2, 2);
    fixture.start(fixture.handler(1000));
    await fixture.clock.advance(100);
    fixture.send(3, 3);
    await fixture.clock.advance(10_000);
    const beginsAlone = fixture.log.indexOf('1 begins 3');
    expect(fixture.log.slice(beginsAlone, beginsAlone + 2)).toEqual(['1 begins 3', '1 ends']);
    expect(fixture.log.filter((line) => line.includes('ends'))).toHaveLength(3);
  });

  it('is not counted while it waits for its turn to be alone', async () => {
    fixture.send(1, 1);
    fixture.send(2, 2);
    await fixture.deliverInVain(2);
    fixture.begun.set(1, 2).set(2, 2);
    fixture.start(fixture.handler(5000));
    await fixture.clock.advance(1000);
    expect(fixture.log).toEqual(['1 begins 3']);
    expect(fixture.begun.get(2)).toBe(2);
  });

  it('becomes a dead letter instead of a fourth, and its chat goes on', async () => {
    fixture.send(1);
    await fixture.deliverInVain(3);
    fixture.begun.set(1, 3);
    fixture.start(fixture.handler(0));
    fixture.send(2);
    await fixture.clock.advance(5000);
    expect(fixture.buried).toMatchObject([{ id: '1', attempts: 3, retries: 1 }]);
    expect(fixture.log).toEqual(['dead 1', '2 begins 1', '2 ends']);
    expect(fixture.queue.depth()).toMatchObject({ visible: 0, inFlight: 0 });
  });
});

describe('a message that this version cannot read', () => {
  it.each([
    ['of a newer format', { format: '2' }],
    ['of no format', {}],
  ])('%s becomes a dead letter as it is, and its chat goes on', async (_name, attributes) => {
    fixture.send(1, 1, attributes as Readonly<Record<string, string>>);
    fixture.send(2);
    fixture.start(fixture.handler(0));
    await fixture.clock.advance(5000);
    expect(fixture.buried).toMatchObject([
      { id: '1', attempts: 0, content: expect.stringContaining('"update_id":1') },
    ]);
    expect(fixture.log).toEqual(['dead 1', '2 begins 1', '2 ends']);
  });
});

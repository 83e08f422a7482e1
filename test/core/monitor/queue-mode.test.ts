import { beforeEach, describe, expect, it } from 'vitest';
import { runMonitor } from '../../../services/core/monitor/monitor.ts';
import { QueueError } from '../../../services/core/queue/updates-queue.ts';
import { MonitorFixture } from '../../support/monitor-fixture.ts';
import { emptyQueue, QueueDouble, seenConsumer } from '../../support/queue-view.ts';

const minuteMs = 60_000;
const absent = '🔴 Бот получает сообщения, но их никто не обрабатывает';
const behind = '🟠 Обработчики не успевают: ответы приходят поздно';
let fixture: MonitorFixture;
let queue: QueueDouble;
beforeEach(async () => {
  fixture = await MonitorFixture.begin();
  queue = new QueueDouble();
  queue.view = { ...emptyQueue, visible: 4, inFlight: 1 };
  await pass(1);
});

/** Minutes in which the bot polls. */
async function pass(minutes: number): Promise<void> {
  for (let left = minutes; left > 0; left -= 1) {
    await fixture.beat();
    fixture.store.nowMs += minuteMs;
    await runMonitor({ ...fixture.ports, updatesQueue: queue }, fixture.settings, () =>
      fixture.remainingMs(),
    );
  }
}

const titles = (): string[] =>
  fixture.telegrams.filter(({ chatId }) => chatId === '101').map(({ text }) => text.split('\n')[0] ?? '');
const mark = () => fixture.store.command(['HGET', fixture.keys.outage, 'queue_trouble']);

describe('the monitor in queue mode', () => {
  it('says nothing while handlers keep up', async () => {
    await pass(10);
    expect(titles()).toEqual([]);
    expect(await mark()).toBeNull();
  });

  it('tells that handlers are absent once that has lasted for two minutes, and again half an hour later', async () => {
    queue.seen = [];
    await pass(2);
    expect(titles()).toEqual([]);
    await pass(1);
    expect(titles()).toEqual([absent]);
    expect(fixture.telegrams[0]?.text).toContain('Ждут в очереди обновлений: 5');
    expect(fixture.published.map(({ subject }) => subject)).toEqual([
      'StaffProBot: nothing handles its updates',
    ]);
    await pass(29);
    expect(titles()).toEqual([absent]);
    await pass(1);
    expect(titles()).toEqual([absent, absent]);
  });

  it('tells that handlers are behind once that has lasted for five minutes, and again an hour later', async () => {
    queue.seen = [seenConsumer({ lagMs: 95_000 })];
    await pass(5);
    expect(titles()).toEqual([]);
    await pass(1);
    expect(titles()).toEqual([behind]);
    expect(fixture.telegrams[0]?.text).toContain('Дольше всего ждали, секунд: 95');
    await pass(59);
    expect(titles()).toEqual([behind]);
    await pass(1);
    expect(titles()).toEqual([behind, behind]);
  });

  it('says nothing of a deploy or a burst that is over in time', async () => {
    queue.seen = [];
    await pass(2);
    queue.seen = [seenConsumer()];
    await pass(1);
    expect(await mark()).toBeNull();
    queue.seen = [];
    await pass(2);
    expect(titles()).toEqual([]);
  });

  it('goes on while the queue does not answer, which changes nothing', async () => {
    queue.seen = [];
    await pass(1);
    const marked = await mark();
    queue.failure = new QueueError('look', 'queue', new Error('away'));
    await pass(3);
    expect(await mark()).toBe(marked);
    expect(titles()).toEqual([]);
    expect(fixture.logged).toContain('the updates queue cannot be looked at');
    queue.failure = undefined;
    await pass(1);
    expect(titles()).toEqual([absent]);
  });

  it('tells both of a bot that is down and of handlers that are absent: each has its own repair', async () => {
    queue.seen = [];
    for (let minute = 0; minute < 8; minute += 1) {
      fixture.store.nowMs += minuteMs;
      await runMonitor({ ...fixture.ports, updatesQueue: queue }, fixture.settings, () =>
        fixture.remainingMs(),
      );
    }
    expect(titles()).toEqual([absent, expect.stringMatching(/^🔴 Бот молчит/)]);
  });

  it('forgets a trouble when handlers run inline again', async () => {
    queue.seen = [];
    await pass(1);
    expect(await mark()).toMatch(/^handlers-absent\|\d+$/);
    await fixture.beat();
    await fixture.run();
    expect(await mark()).toBeNull();
  });
});

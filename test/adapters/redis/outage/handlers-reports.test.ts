import { describe, expect, it } from 'vitest';
import {
  readHandlersReport,
  redisHandlersReports,
} from '../../../../services/adapters/redis/outage/handlers-reports.ts';
import { redisOutageStore } from '../../../../services/adapters/redis/outage/outage-store.ts';
import { storeKeys } from '../../../../services/core/platform/store-keys.ts';
import { describeOnEachStore } from '../../../support/redis-backends.ts';

const keys = storeKeys('p:');
const report = { epoch: 3, failed: 6, handled: 7, lastError: 'boom | "x"', failingMs: 90_000.4 };

describeOnEachStore('the report of failing handlers', (store) => {
  const reports = () => redisHandlersReports(store(), keys);
  const observed = async () => {
    const { handlers, nowMs } = await redisOutageStore(store(), keys).observe({ noteRun: false });
    return { handlers, nowMs };
  };

  it('is read back with everything else, with its times by the store’s clock', async () => {
    expect((await observed()).handlers).toBeUndefined();
    await reports().write(report);
    const { handlers, nowMs } = await observed();
    const { failingMs: _, ...rest } = report;
    expect(handlers).toMatchObject(rest);
    expect(nowMs - (handlers?.atMs ?? 0)).toBeGreaterThanOrEqual(0);
    expect((handlers?.atMs ?? 0) - (handlers?.sinceMs ?? 0)).toBe(90_000);
  });

  it('is replaced and deleted by its own term or a later one, never by an earlier', async () => {
    await reports().write(report);
    await reports().write({ ...report, epoch: 2, failed: 9 });
    await reports().clear(2);
    expect((await observed()).handlers).toMatchObject({ epoch: 3, failed: 6 });
    await reports().write({ ...report, epoch: 4, failed: 5 });
    expect((await observed()).handlers).toMatchObject({ epoch: 4, failed: 5 });
    await reports().clear(4);
    expect((await observed()).handlers).toBeUndefined();
    await reports().clear(4);
  });

  it('outlives the opening and the end of an outage', async () => {
    await reports().write(report);
    const outages = redisOutageStore(store(), keys);
    const { heartbeat } = await outages.observe({ noteRun: true });
    await outages.open(heartbeat, {
      id: 'o',
      afterId: null,
      opening: { tell: 'down' },
      unstableId: '',
      sinceMs: 1,
      recipients: [],
      why: 'silent',
    });
    expect((await observed()).handlers).toMatchObject({ epoch: 3 });
  });
});

describe('a field that another program wrote', () => {
  it.each([undefined, '', 'x', '3|1|2', '3|1|2|', '3|1|2|{', '3|1|2|7', '3|1|2|{"failed":1}', 'a|1|2|{}'])(
    'is no report: %s',
    (field) => expect(readHandlersReport(field)).toBeUndefined(),
  );
});

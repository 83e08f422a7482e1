import { beforeEach, expect, it } from 'vitest';
import { readHeartbeat } from '../../../../services/core/lease/heartbeat.ts';
import { describeOutageScripts, outageKeys } from '../../../support/outage-fixture.ts';

describeOutageScripts('the mark of a malformed heartbeat', (fixture) => {
  const since = async (): Promise<number | null> =>
    (await fixture().outages.observe({ noteRun: true })).memory.malformedSinceMs;
  const write = (raw: string) => fixture().store.command('SET', outageKeys.heartbeat, raw);
  const mark = (raw: string) => fixture().outages.markHeartbeat(readHeartbeat(raw), true);
  beforeEach(async () => {
    await write('{');
    await mark('{');
    await fixture().store.command('HSET', outageKeys.outage, 'malformed_since_ms', '1000');
  });

  it('keeps its time while each run finds the heartbeat malformed, changed or not', async () => {
    for (const raw of ['{', '[]', '{']) {
      await write(raw);
      expect(await since()).toBe(1000);
      await mark(raw);
    }
    expect(await since()).toBe(1000);
  });

  it('does not outlive a readable heartbeat whose run could not clear it', async () => {
    await fixture().fresh();
    await since();
    await write('{');
    expect(await since()).toBeNull();
    await mark('{');
    expect(await since()).toBeGreaterThan(1000);
  });

  it('does not go on from a heartbeat that no run has judged to another', async () => {
    await fixture().fresh();
    await since();
    await write('[]');
    await mark('[]');
    expect(await since()).toBeGreaterThan(1000);
  });

  it('takes an absent heartbeat for another than an empty one', async () => {
    await fixture().store.command('DEL', outageKeys.heartbeat);
    await since();
    await write('');
    expect(await since()).toBeNull();
  });
});

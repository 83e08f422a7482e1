import { describe, expect, it } from 'vitest';
import { readHeartbeat } from '../../../../services/core/lease/heartbeat.ts';
import {
  absent,
  beat,
  dead,
  describeOutageScripts,
  later,
  names,
  outageKeys,
  recipients,
  sent,
} from '../../../support/outage-fixture.ts';

describeOutageScripts('looking, opening and claiming', (bench) => {
  describe('observe', () => {
    it('sees an empty store as it is, and notes the first run only when told to', async () => {
      const looked = await bench().outages.observe({ noteRun: false });
      expect(looked).toEqual({
        nowMs: expect.any(Number),
        heartbeat: absent,
        held: undefined,
        revoked: null,
        epoch: null,
        memory: { firstRunMs: null, malformedSinceMs: null, alertFlag: null, outage: null },
        unfinishedDeliveries: 0,
        oldestUnfinishedMs: null,
        reported: {},
        deadLetters: { count: 0, ids: [] },
        lockBreaks: undefined,
      });
      expect(await bench().store.command('EXISTS', outageKeys.outage)).toBe(0);
      const first = await bench().outages.observe({ noteRun: true });
      expect(first.memory.firstRunMs).toBeLessThanOrEqual(first.nowMs);
      await bench().store.elapse(60_000);
      expect((await bench().outages.observe({ noteRun: true })).memory.firstRunMs).toBe(
        first.memory.firstRunMs,
      );
    });

    it('sees lock, mark, epoch, heartbeat and outage at one moment', async () => {
      await bench().store.command('SET', outageKeys.lock, 'held', 'PX', '30000');
      await bench().store.command('SET', outageKeys.lockRevoked, 'held');
      await bench().store.command('SET', outageKeys.epoch, '7');
      await bench().fresh();
      await bench().open('outage-1', recipients, readHeartbeat(beat));
      const looked = await bench().outages.observe({ noteRun: false });
      expect(looked).toMatchObject({
        heartbeat: { kind: 'present', raw: beat },
        held: { value: 'held', ttlMs: expect.any(Number) },
        revoked: 'held',
        epoch: 7,
        memory: {
          alertFlag: 'outage-1',
          outage: {
            id: 'outage-1',
            state: 'open',
            sinceMs: 1000,
            recoveredMs: null,
            reminders: 0,
            restarted: false,
          },
        },
        unfinishedDeliveries: 3,
        oldestUnfinishedMs: expect.any(Number),
      });
    });

    it('tells a lock without expiry from one with', async () => {
      await bench().store.command('SET', outageKeys.lock, 'endless');
      expect((await bench().outages.observe({ noteRun: false })).held).toEqual({
        value: 'endless',
        ttlMs: null,
      });
    });

    it.each([false, true])(
      'takes a string of another type for malformed, as a monitor: %s',
      async (noteRun) => {
        for (const key of [outageKeys.heartbeat, outageKeys.lock, outageKeys.epoch, outageKeys.alertSent])
          await bench().store.command('LPUSH', key, 'x');
        await bench().store.command('SET', outageKeys.dead, 'x');
        await bench().store.command('SET', outageKeys.audit, 'x');
        const looked = await bench().outages.observe({ noteRun });
        expect(looked).toMatchObject({
          heartbeat: { kind: 'malformed', raw: 'WRONGTYPE' },
          held: { value: 'WRONGTYPE', ttlMs: null },
          epoch: null,
          deadLetters: { count: 0, ids: [] },
        });
        expect(await bench().outages.markHeartbeat(looked.heartbeat, true)).toBe('done');
      },
    );

    it('opens and ends an outage beside strings of another type', async () => {
      await bench().store.command('LPUSH', outageKeys.heartbeat, 'x');
      await bench().store.command('LPUSH', outageKeys.alertSent, 'x');
      const { heartbeat } = await bench().outages.observe({ noteRun: true });
      expect(await bench().open('outage-1', recipients, heartbeat)).toBe('done');
      expect(await bench().store.command('GET', outageKeys.alertSent)).toBe('outage-1');
      expect(await bench().outages.recover(heartbeat, { id: 'outage-1', why: '' })).toBe('done');
    });

    it('fails when the memory itself is of another type: that is unknown, not well', async () => {
      await bench().store.command('SET', outageKeys.deliveries, 'x');
      await expect(bench().outages.observe({ noteRun: true })).rejects.toThrow(/WRONGTYPE/);
      await expect(bench().outages.observe({ noteRun: false })).rejects.toThrow(/WRONGTYPE/);
    });

    it('mends times that are none, and takes nothing for due because of them', async () => {
      for (const field of ['first_run_ms', 'malformed_since_ms', 'since_ms', 'opened_ms', 'reminder'])
        await bench().store.command('HSET', outageKeys.outage, field, 'soon');
      await bench().store.command('HSET', outageKeys.outage, 'id', 'outage-1', 'state', 'open');
      await bench().store.command(
        'HSET',
        outageKeys.deliveries,
        'outage-1|down|SNS|topic',
        'sent|1|1|0|0|||0||',
      );
      const { nowMs, memory } = await bench().outages.observe({ noteRun: true });
      expect(memory).toEqual({
        firstRunMs: expect.any(Number),
        malformedSinceMs: null,
        alertFlag: null,
        outage: expect.objectContaining({ sinceMs: nowMs, openedMs: nowMs, reminders: 0 }),
      });
      await bench().outages.markHeartbeat(absent, true);
      const { memory: later } = await bench().outages.observe({ noteRun: false });
      expect(later.malformedSinceMs).toBeGreaterThan(0);
      await bench().outages.remind('outage-1', 1);
      expect(names(await bench().claimAll())).toEqual(['reminder SNS']);
    });

    it.each([14, 16, 400])(
      'mends times that are still to come, which would hide a silence until then: of %i digits',
      async (digits) => {
        const future = '9'.repeat(digits);
        const startMs = await bench().store.nowMs();
        await bench().store.command(
          'HSET',
          outageKeys.outage,
          'first_run_ms',
          future,
          'malformed_since_ms',
          future,
        );
        const { memory, nowMs } = await bench().outages.observe({ noteRun: true });
        expect(memory.firstRunMs).toBeGreaterThanOrEqual(startMs);
        expect(memory.firstRunMs).toBeLessThanOrEqual(nowMs);
        expect(memory.malformedSinceMs).toBeNull();
        await bench().outages.markHeartbeat(absent, true);
        const { memory: marked } = await bench().outages.observe({ noteRun: true });
        expect(marked.malformedSinceMs).toBeGreaterThanOrEqual(nowMs);
        expect(marked.firstRunMs).toBe(memory.firstRunMs);
      },
    );
  });

  describe('a malformed heartbeat', () => {
    it('is noted once, and forgotten when it is readable again', async () => {
      await bench().store.command('SET', outageKeys.heartbeat, '');
      expect(await bench().outages.markHeartbeat(absent, true)).toBe('conflict');
      expect(await bench().outages.markHeartbeat(readHeartbeat(''), true)).toBe('done');
      const since = (await bench().outages.observe({ noteRun: false })).memory.malformedSinceMs;
      expect(since).toBeGreaterThan(0);
      await bench().outages.markHeartbeat(readHeartbeat(''), true);
      expect((await bench().outages.observe({ noteRun: false })).memory.malformedSinceMs).toBe(since);
      await bench().outages.markHeartbeat(readHeartbeat(''), false);
      expect((await bench().outages.observe({ noteRun: false })).memory.malformedSinceMs).toBeNull();
    });
  });

  describe('opening an outage', () => {
    it('sets the flag, makes a delivery for each recipient, and leaves one audit entry', async () => {
      expect(await bench().open()).toBe('done');
      expect(await bench().store.command('GET', outageKeys.alertSent)).toBe('outage-1');
      expect(await bench().store.command('PTTL', outageKeys.alertSent)).toBe(-1);
      expect(names(await bench().claimAll())).toEqual(['down IN_APP', 'down SNS', 'down TELEGRAM']);
      expect(await bench().auditEvents()).toEqual(['outage']);
    });

    it('changes nothing when the heartbeat is not the judged one', async () => {
      await bench().fresh();
      expect(await bench().open()).toBe('conflict');
      expect(await bench().open('outage-1', recipients, readHeartbeat(`${beat} `))).toBe('conflict');
      expect(
        await bench().store.command('EXISTS', outageKeys.alertSent, outageKeys.deliveries, outageKeys.audit),
      ).toBe(0);
    });

    it('changes nothing when one is open', async () => {
      await bench().open();
      expect(await bench().open('outage-2')).toBe('open already');
      expect(await bench().store.command('GET', outageKeys.alertSent)).toBe('outage-1');
      expect(await bench().claimAll()).toHaveLength(3);
    });

    it.each([null, '1'])('opens anew when the flag is %s', async (flag) => {
      await bench().open();
      if (flag === null) await bench().store.command('DEL', outageKeys.alertSent);
      else await bench().store.command('SET', outageKeys.alertSent, flag);
      expect(await bench().open('outage-2')).toBe('done');
      expect((await bench().claimAll()).map(({ outageId }) => outageId)).toEqual([
        'outage-2',
        'outage-2',
        'outage-2',
      ]);
    });
  });

  describe('claiming', () => {
    it('gives each delivery to one run', async () => {
      await bench().open();
      const claims = [...(await bench().claimAll('run-1')), ...(await bench().claimAll('run-2'))];
      expect(claims).toHaveLength(3);
      expect(claims[0]).toMatchObject({
        attempt: 1,
        possibleRepeat: false,
        sinceMs: 1000,
        recoveredMs: null,
      });
    });

    it('gives what failed to another run, not to the same, and not before its time', async () => {
      await bench().open('outage-1', recipients.slice(0, 1));
      const first = await bench().mustClaim('run-1');
      expect(await bench().outages.settle(first, later)).toBe(true);
      expect(await bench().claim('run-1')).toBeUndefined();
      const second = await bench().mustClaim('run-2');
      expect(second).toMatchObject({ attempt: 2, possibleRepeat: false });
      await bench().outages.settle(second, { ...later, delayMs: 60_000 });
      expect(await bench().claim('run-3')).toBeUndefined();
    });

    it('gives a claim that ended to the next run, marked, and refuses the late settlement', async () => {
      await bench().open('outage-1', recipients.slice(0, 1));
      const killed = await bench().claim('run-1');
      await bench().endClaims();
      const next = await bench().claim('run-2');
      expect(next).toMatchObject({ attempt: 2, possibleRepeat: true });
      if (killed === undefined || next === undefined) throw new Error('both were due');
      expect(await bench().outages.settle(killed, sent)).toBe(false);
      expect(await bench().outages.settle(next, sent)).toBe(true);
      expect(await bench().claim('run-3')).toBeUndefined();
    });

    it('remembers that an attempt may have arrived', async () => {
      await bench().open('outage-1', recipients.slice(0, 1));
      const first = await bench().mustClaim('run-1');
      await bench().outages.settle(first, { ...later, mayHaveArrived: true });
      expect(await bench().claim('run-2')).toMatchObject({ possibleRepeat: true });
    });

    it.each([
      ['no field of ours', 'x', 'pending|0|1|0|0|||0||'],
      ['numbers that are none', 'outage-1|down|TELEGRAM|7', 'pending|a|b|c|d|||0||'],
      ['an event that is none', 'outage-1|party|TELEGRAM|7', 'pending|0|1|0|0|||0||'],
      ['a reminder without a number', 'outage-1|reminder-x|TELEGRAM|7', 'pending|0|1|0|0|||0||'],
      ['a channel that is none', 'outage-1|down|PIGEON|7', 'pending|0|1|0|0|||0||'],
      ['a notice that says nothing', 'lock-broken-5|notice|TELEGRAM|7', 'pending|0|1|0|0|||0||{"kind":"x"}'],
      ['another outage', 'outage-0|down|TELEGRAM|7', 'pending|0|1|0|0|||0||'],
    ])('is not held up by a stranger’s record with %s', async (_name, field, record) => {
      await bench().open('outage-1', recipients.slice(0, 1));
      await bench().store.command('HSET', outageKeys.deliveries, field, record);
      expect(names(await bench().claimAll())).toEqual(['down IN_APP']);
    });

    it.each([15, 16, 17, 400])(
      'gives what was made at a time of %i digits one that can be written',
      async (digits) => {
        const madeMs = '9'.repeat(digits);
        await bench().open('outage-1', []);
        const field = 'outage-1|down|TELEGRAM|7';
        await bench().store.command('HSET', outageKeys.deliveries, field, `pending|0|${madeMs}|0|0|||0||`);
        const claim = await bench().mustClaim();
        expect(claim.madeMs).toBeLessThanOrEqual(claim.nowMs);
        expect(new Date(claim.madeMs).toISOString()).toMatch(/^\d{4}-/);
      },
    );

    it.each([
      ['due', 'pending|0|1|9999999999999999|0|||0||'],
      ['free', 'claimed|1|1|0|9999999999999999|a|b|0||'],
    ])('takes what no run of ours would keep so long for %s', async (_name, record) => {
      await bench().open('outage-1', []);
      await bench().store.command('HSET', outageKeys.deliveries, 'outage-1|down|TELEGRAM|7', record);
      expect(names(await bench().claimAll())).toEqual(['down TELEGRAM']);
    });

    it('gives up what is dead', async () => {
      await bench().open('outage-1', recipients.slice(0, 1));
      const first = await bench().mustClaim('run-1');
      await bench().outages.settle(first, dead);
      expect(await bench().claim('run-2')).toBeUndefined();
      expect((await bench().outages.observe({ noteRun: false })).unfinishedDeliveries).toBe(0);
    });
  });
});

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

describeOutageScripts('looking, opening and claiming', (fixture) => {
  describe('observe', () => {
    it('reads an empty store, and records the first run only on request', async () => {
      const looked = await fixture().outages.observe({ noteRun: false });
      expect(looked).toEqual({
        nowMs: expect.any(Number),
        heartbeat: absent,
        held: undefined,
        revoked: null,
        epoch: null,
        memory: {
          firstRunMs: null,
          malformedSinceMs: null,
          alertFlag: null,
          outage: null,
          unstable: null,
          messagesMs: [],
        },
        unfinishedDeliveries: 0,
        oldestUnfinishedMs: null,
        snooze: null,
        unreachable: [],
        reported: {},
        deadLetters: { count: 0, ids: [] },
        lockBreaks: undefined,
      });
      expect(await fixture().store.command('EXISTS', outageKeys.outage)).toBe(0);
      const first = await fixture().outages.observe({ noteRun: true });
      expect(first.memory.firstRunMs).toBeLessThanOrEqual(first.nowMs);
      await fixture().store.elapse(60_000);
      expect((await fixture().outages.observe({ noteRun: true })).memory.firstRunMs).toBe(
        first.memory.firstRunMs,
      );
    });

    it('reads lock, mark, epoch, heartbeat and outage at one moment', async () => {
      await fixture().store.command('SET', outageKeys.lock, 'held', 'PX', '30000');
      await fixture().store.command('SET', outageKeys.lockRevoked, 'held');
      await fixture().store.command('SET', outageKeys.epoch, '7');
      await fixture().fresh();
      await fixture().open('outage-1', recipients, readHeartbeat(beat));
      const looked = await fixture().outages.observe({ noteRun: false });
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

    it('distinguishes a lock without expiry', async () => {
      await fixture().store.command('SET', outageKeys.lock, 'endless');
      expect((await fixture().outages.observe({ noteRun: false })).held).toEqual({
        value: 'endless',
        ttlMs: null,
      });
    });

    it.each([false, true])('reads a key of another type as malformed (as a monitor: %s)', async (noteRun) => {
      for (const key of [outageKeys.heartbeat, outageKeys.lock, outageKeys.epoch, outageKeys.alertSent])
        await fixture().store.command('LPUSH', key, 'x');
      await fixture().store.command('SET', outageKeys.dead, 'x');
      await fixture().store.command('SET', outageKeys.audit, 'x');
      const looked = await fixture().outages.observe({ noteRun });
      expect(looked).toMatchObject({
        heartbeat: { kind: 'malformed', raw: 'WRONGTYPE' },
        held: { value: 'WRONGTYPE', ttlMs: null },
        epoch: null,
        deadLetters: { count: 0, ids: [] },
      });
      expect(await fixture().outages.markHeartbeat(looked.heartbeat, true)).toBe('done');
    });

    it('opens and closes an outage even if string keys hold other types', async () => {
      await fixture().store.command('LPUSH', outageKeys.heartbeat, 'x');
      await fixture().store.command('LPUSH', outageKeys.alertSent, 'x');
      const { heartbeat } = await fixture().outages.observe({ noteRun: true });
      expect(await fixture().open('outage-1', recipients, heartbeat)).toBe('done');
      expect(await fixture().store.command('GET', outageKeys.alertSent)).toBe('outage-1');
      expect(await fixture().outages.recover(heartbeat, { id: 'outage-1', why: '' })).toBe('done');
    });

    it('fails when the outage key holds another type: that is unknown, not well', async () => {
      await fixture().store.command('SET', outageKeys.deliveries, 'x');
      await expect(fixture().outages.observe({ noteRun: true })).rejects.toThrow(/WRONGTYPE/);
      await expect(fixture().outages.observe({ noteRun: false })).rejects.toThrow(/WRONGTYPE/);
    });

    it('replaces invalid times, and treats nothing as due because of them', async () => {
      for (const field of ['first_run_ms', 'malformed_since_ms', 'since_ms', 'opened_ms', 'reminder'])
        await fixture().store.command('HSET', outageKeys.outage, field, 'soon');
      await fixture().store.command('HSET', outageKeys.outage, 'id', 'outage-1', 'state', 'open');
      await fixture().store.command(
        'HSET',
        outageKeys.deliveries,
        'outage-1|down|SNS|topic',
        'sent|1|1|0|0|||0||',
      );
      const { nowMs, memory } = await fixture().outages.observe({ noteRun: true });
      expect(memory).toEqual({
        firstRunMs: expect.any(Number),
        malformedSinceMs: null,
        alertFlag: null,
        outage: expect.objectContaining({ sinceMs: nowMs, openedMs: nowMs, reminders: 0 }),
        unstable: null,
        messagesMs: [],
      });
      await fixture().outages.markHeartbeat(absent, true);
      const { memory: later } = await fixture().outages.observe({ noteRun: false });
      expect(later.malformedSinceMs).toBeGreaterThan(0);
      await fixture().outages.remind('outage-1', 1);
      expect(names(await fixture().claimAll())).toEqual(['reminder SNS']);
    });

    it.each([14, 16, 400])(
      'mends times that are still to come, which would hide a silence until then: of %i digits',
      async (digits) => {
        const future = '9'.repeat(digits);
        const startMs = await fixture().store.nowMs();
        await fixture().store.command(
          'HSET',
          outageKeys.outage,
          'first_run_ms',
          future,
          'malformed_since_ms',
          future,
        );
        const { memory, nowMs } = await fixture().outages.observe({ noteRun: true });
        expect(memory.firstRunMs).toBeGreaterThanOrEqual(startMs);
        expect(memory.firstRunMs).toBeLessThanOrEqual(nowMs);
        expect(memory.malformedSinceMs).toBeNull();
        await fixture().outages.markHeartbeat(absent, true);
        const { memory: marked } = await fixture().outages.observe({ noteRun: true });
        expect(marked.malformedSinceMs).toBeGreaterThanOrEqual(nowMs);
        expect(marked.firstRunMs).toBe(memory.firstRunMs);
      },
    );
  });

  describe('a malformed heartbeat', () => {
    it('is recorded once, and cleared when it is readable again', async () => {
      await fixture().store.command('SET', outageKeys.heartbeat, '');
      expect(await fixture().outages.markHeartbeat(absent, true)).toBe('conflict');
      expect(await fixture().outages.markHeartbeat(readHeartbeat(''), true)).toBe('done');
      const since = (await fixture().outages.observe({ noteRun: false })).memory.malformedSinceMs;
      expect(since).toBeGreaterThan(0);
      await fixture().outages.markHeartbeat(readHeartbeat(''), true);
      expect((await fixture().outages.observe({ noteRun: false })).memory.malformedSinceMs).toBe(since);
      await fixture().outages.markHeartbeat(readHeartbeat(''), false);
      expect((await fixture().outages.observe({ noteRun: false })).memory.malformedSinceMs).toBeNull();
    });
  });

  describe('opening an outage', () => {
    it('sets the flag, makes a delivery for each recipient, and leaves one audit entry', async () => {
      expect(await fixture().open()).toBe('done');
      expect(await fixture().store.command('GET', outageKeys.alertSent)).toBe('outage-1');
      expect(await fixture().store.command('PTTL', outageKeys.alertSent)).toBe(-1);
      expect(names(await fixture().claimAll())).toEqual(['down IN_APP', 'down SNS', 'down TELEGRAM']);
      expect(await fixture().auditEvents()).toEqual(['outage']);
    });

    it('changes nothing when the heartbeat has changed', async () => {
      await fixture().fresh();
      expect(await fixture().open()).toBe('conflict');
      expect(await fixture().open('outage-1', recipients, readHeartbeat(`${beat} `))).toBe('conflict');
      expect(
        await fixture().store.command(
          'EXISTS',
          outageKeys.alertSent,
          outageKeys.deliveries,
          outageKeys.audit,
        ),
      ).toBe(0);
    });

    it('changes nothing when another run has opened an outage', async () => {
      await fixture().open();
      expect(await fixture().open('outage-2', recipients, absent, { tell: 'down' }, null)).toBe('conflict');
      expect(await fixture().store.command('GET', outageKeys.alertSent)).toBe('outage-1');
      expect(await fixture().claimAll()).toHaveLength(3);
    });

    it.each([null, '1'])('opens again when the flag is %s', async (flag) => {
      await fixture().open();
      if (flag === null) await fixture().store.command('DEL', outageKeys.alertSent);
      else await fixture().store.command('SET', outageKeys.alertSent, flag);
      expect(await fixture().open('outage-2')).toBe('done');
      expect((await fixture().claimAll()).map(({ outageId }) => outageId)).toEqual([
        'outage-2',
        'outage-2',
        'outage-2',
      ]);
    });
  });

  describe('claiming', () => {
    it('gives each delivery to one run only', async () => {
      await fixture().open();
      const claims = [...(await fixture().claimAll('run-1')), ...(await fixture().claimAll('run-2'))];
      expect(claims).toHaveLength(3);
      expect(claims[0]).toMatchObject({
        attempt: 1,
        possibleRepeat: false,
        sinceMs: 1000,
        recoveredMs: null,
      });
    });

    it('gives a failed delivery to another run, not to the same one, and not before its time', async () => {
      await fixture().open('outage-1', recipients.slice(0, 1));
      const first = await fixture().mustClaim('run-1');
      expect(await fixture().outages.settle(first, later)).toBe(true);
      expect(await fixture().claim('run-1')).toBeUndefined();
      const second = await fixture().mustClaim('run-2');
      expect(second).toMatchObject({ attempt: 2, possibleRepeat: false });
      await fixture().outages.settle(second, { ...later, delayMs: 60_000 });
      expect(await fixture().claim('run-3')).toBeUndefined();
    });

    it('gives an expired claim to the next run, marked, and refuses the late settlement', async () => {
      await fixture().open('outage-1', recipients.slice(0, 1));
      const killed = await fixture().claim('run-1');
      await fixture().endClaims();
      const next = await fixture().claim('run-2');
      expect(next).toMatchObject({ attempt: 2, possibleRepeat: true });
      if (killed === undefined || next === undefined) throw new Error('both were due');
      expect(await fixture().outages.settle(killed, sent)).toBe(false);
      expect(await fixture().outages.settle(next, sent)).toBe(true);
      expect(await fixture().claim('run-3')).toBeUndefined();
    });

    it('remembers that an attempt may have arrived', async () => {
      await fixture().open('outage-1', recipients.slice(0, 1));
      const first = await fixture().mustClaim('run-1');
      await fixture().outages.settle(first, { ...later, mayHaveArrived: true });
      expect(await fixture().claim('run-2')).toMatchObject({ possibleRepeat: true });
    });

    it.each([
      ['a foreign field', 'x', 'pending|0|1|0|0|||0||'],
      ['invalid numbers', 'outage-1|down|TELEGRAM|7', 'pending|a|b|c|d|||0||'],
      ['an unknown event', 'outage-1|party|TELEGRAM|7', 'pending|0|1|0|0|||0||'],
      ['a reminder without a number', 'outage-1|reminder-x|TELEGRAM|7', 'pending|0|1|0|0|||0||'],
      ['a channel that is none', 'outage-1|down|PIGEON|7', 'pending|0|1|0|0|||0||'],
      ['a notice that says nothing', 'lock-broken-5|notice|TELEGRAM|7', 'pending|0|1|0|0|||0||{"kind":"x"}'],
      ['another outage', 'outage-0|down|TELEGRAM|7', 'pending|0|1|0|0|||0||'],
    ])('is not held up by a foreign record with %s', async (_name, field, record) => {
      await fixture().open('outage-1', recipients.slice(0, 1));
      await fixture().store.command('HSET', outageKeys.deliveries, field, record);
      expect(names(await fixture().claimAll())).toEqual(['down IN_APP']);
    });

    it.each([15, 16, 17, 400])(
      'reads a creation time of %i digits as one that can be shown',
      async (digits) => {
        const madeMs = '9'.repeat(digits);
        await fixture().open('outage-1', []);
        const field = 'outage-1|down|TELEGRAM|7';
        await fixture().store.command('HSET', outageKeys.deliveries, field, `pending|0|${madeMs}|0|0|||0||`);
        const claim = await fixture().mustClaim();
        expect(claim.madeMs).toBeLessThanOrEqual(claim.nowMs);
        expect(new Date(claim.madeMs).toISOString()).toMatch(/^\d{4}-/);
      },
    );

    it.each([
      ['due', 'pending|0|1|9999999999999999|0|||0||'],
      ['free', 'claimed|1|1|0|9999999999999999|a|b|0||'],
    ])('treats a foreign record with an impossible wait as %s', async (_name, record) => {
      await fixture().open('outage-1', []);
      await fixture().store.command('HSET', outageKeys.deliveries, 'outage-1|down|TELEGRAM|7', record);
      expect(names(await fixture().claimAll())).toEqual(['down TELEGRAM']);
    });

    it('gives up a dead delivery', async () => {
      await fixture().open('outage-1', recipients.slice(0, 1));
      const first = await fixture().mustClaim('run-1');
      await fixture().outages.settle(first, dead);
      expect(await fixture().claim('run-2')).toBeUndefined();
      expect((await fixture().outages.observe({ noteRun: false })).unfinishedDeliveries).toBe(0);
    });
  });
});

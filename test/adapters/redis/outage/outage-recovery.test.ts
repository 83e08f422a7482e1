import { describe, expect, it } from 'vitest';
import type { DeliveryOutcome } from '../../../../services/core/alerts/delivery-store.ts';
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

describeOutageScripts('recovering, reminding and restarting', (fixture) => {
  describe('recovering', () => {
    const settleBy = async (outcomes: Readonly<Record<string, DeliveryOutcome>>) => {
      for (const one of await fixture().claimAll()) {
        const outcome = outcomes[one.recipient.channel];
        if (outcome !== undefined) await fixture().outages.settle(one, outcome);
      }
    };

    it('clears the flag and tells only those who got the "down", once', async () => {
      await fixture().open();
      await settleBy({ IN_APP: sent, TELEGRAM: dead, SNS: later });
      expect(await fixture().recover()).toBe('done');
      expect(await fixture().recover()).toBe('done');
      expect(await fixture().store.command('EXISTS', outageKeys.alertSent)).toBe(0);
      const claims = await fixture().claimAll('run-2');
      expect(names(claims)).toEqual(['recovered IN_APP']);
      expect(claims[0]?.recoveredMs).toBeGreaterThan(1000);
      expect(await fixture().auditEvents()).toEqual(['outage', 'recovered']);
    });

    it('makes a "back" for a "down" that was under way, once it was sent', async () => {
      await fixture().open('outage-1', recipients.slice(1, 2));
      const underWay = await fixture().mustClaim('run-1');
      await fixture().recover();
      expect(await fixture().claim('run-2')).toBeUndefined();
      await fixture().outages.settle(underWay, sent);
      expect(names(await fixture().claimAll('run-2'))).toEqual(['recovered TELEGRAM']);
    });

    it.each([
      ['failed', later],
      ['was given up', dead],
    ] as const)('makes no "back" when the "down" that was under way %s', async (_name, outcome) => {
      await fixture().open('outage-1', recipients.slice(1, 2));
      const underWay = await fixture().mustClaim('run-1');
      await fixture().recover();
      await fixture().outages.settle(underWay, outcome);
      expect(await fixture().claimAll('run-2')).toEqual([]);
      expect((await fixture().outages.observe({ noteRun: false })).unfinishedDeliveries).toBe(0);
    });

    const unsure = { ...later, mayHaveArrived: true };

    it.each([
      ['fails', later],
      ['is given up', dead],
    ] as const)(
      'makes a "back" for a "down" that may have arrived, even if the next attempt %s',
      async (_name, outcome) => {
        await fixture().open('outage-1', recipients.slice(1, 2));
        await fixture().outages.settle(await fixture().mustClaim('run-1'), unsure);
        await fixture().endClaims();
        await fixture().outages.settle(await fixture().mustClaim('run-2'), outcome);
        await fixture().endClaims();
        await fixture().recover();
        expect(names(await fixture().claimAll('run-3'))).toEqual(['recovered TELEGRAM']);
      },
    );

    it.each([
      ['fails', later],
      ['may have arrived', unsure],
      ['is given up', dead],
    ] as const)('makes it even if that attempt is under way and %s', async (_name, outcome) => {
      await fixture().open('outage-1', recipients.slice(1, 2));
      await fixture().outages.settle(await fixture().mustClaim('run-1'), unsure);
      const underWay = await fixture().mustClaim('run-2');
      await fixture().recover();
      await fixture().outages.settle(underWay, outcome);
      await fixture().endClaims();
      expect(names(await fixture().claimAll('run-3'))).toEqual(['recovered TELEGRAM']);
    });

    it('holds a "back" until the claim of a message that may still be on its way would have expired', async () => {
      await fixture().open('outage-1', recipients.slice(1, 2));
      await fixture().outages.settle(await fixture().mustClaim('run-1'), unsure);
      await fixture().recover();
      expect(await fixture().claimAll('run-2')).toEqual([]);
      expect((await fixture().outages.observe({ noteRun: false })).unfinishedDeliveries).toBe(1);
      await fixture().endClaims();
      expect(names(await fixture().claimAll('run-2'))).toEqual(['recovered TELEGRAM']);
    });

    it('turns a "down" of a killed run into a "back"', async () => {
      await fixture().open('outage-1', recipients.slice(1, 2));
      await fixture().claim('run-1');
      await fixture().recover();
      await fixture().endClaims();
      await fixture().claim('run-2');
      const open2 = await fixture().outages.observe({ noteRun: false });
      expect(open2.unfinishedDeliveries).toBe(1);
      const records = (await fixture().store.command('HGETALL', outageKeys.deliveries)) as readonly string[];
      expect(records.join(' ')).toMatch(/down\S* cancelled\|/);
      expect(records.join(' ')).toMatch(/recovered\|TELEGRAM\|101/);
    });

    it('changes nothing for another heartbeat or another outage', async () => {
      await fixture().open();
      await fixture().store.command('SET', outageKeys.heartbeat, beat);
      expect(await fixture().outages.recover(absent, { id: 'outage-1', why: '' })).toBe('conflict');
      expect(await fixture().recover('outage-2')).toBe('conflict');
      expect(await fixture().store.command('GET', outageKeys.alertSent)).toBe('outage-1');
    });

    it('clears a flag without an outage', async () => {
      await fixture().store.command('SET', outageKeys.alertSent, '1');
      expect(await fixture().recover('')).toBe('done');
      expect(await fixture().store.command('EXISTS', outageKeys.alertSent)).toBe(0);
      expect(await fixture().auditEvents()).toEqual(['recovered']);
    });

    it('drops an unsent "back" when the next outage opens', async () => {
      await fixture().open();
      await settleBy({ IN_APP: sent });
      await fixture().recover();
      await fixture().open('outage-2', recipients.slice(0, 1), readHeartbeat(beat));
      expect(
        (await fixture().claimAll('run-3')).map(({ outageId, event }) => `${outageId} ${event}`),
      ).toEqual(['outage-2 down']);
    });
  });

  describe('reminders and the restart', () => {
    it('reminds those who got the "down", once for each number', async () => {
      await fixture().open();
      for (const one of await fixture().claimAll())
        await fixture().outages.settle(one, one.recipient.channel === 'SNS' ? later : sent);
      await fixture().outages.remind('outage-1', 2);
      expect(await fixture().outages.remind('outage-1', 2)).toBe(false);
      expect(await fixture().outages.remind('outage-1', 1)).toBe(false);
      expect(await fixture().outages.remind('outage-9', 3)).toBe(false);
      const claims = await fixture().claimAll('run-2');
      expect(names(claims)).toEqual(['down SNS', 'reminder IN_APP', 'reminder TELEGRAM']);
      expect(claims.find(({ event }) => event === 'reminder')?.number).toBe(2);
    });

    it('adds no reminder for a recipient whose last one is unfinished', async () => {
      await fixture().open('outage-1', recipients.slice(0, 1));
      for (const one of await fixture().claimAll()) await fixture().outages.settle(one, sent);
      await fixture().outages.remind('outage-1', 1);
      await fixture().outages.remind('outage-1', 2);
      expect(await fixture().claimAll('run-2')).toHaveLength(1);
    });

    it.each(['abc', '', '-1', 'nan', 'inf', '0x9', '9'.repeat(17)])(
      'reminds although %j stands where the last reminder’s number should',
      async (number) => {
        await fixture().open('outage-1', recipients.slice(0, 1));
        for (const one of await fixture().claimAll()) await fixture().outages.settle(one, sent);
        await fixture().store.command('HSET', outageKeys.outage, 'reminder', number);
        await fixture().outages.remind('outage-1', 1);
        expect(names(await fixture().claimAll('run-2'))).toEqual(['reminder IN_APP']);
      },
    );

    it('plans one restart per outage', async () => {
      await fixture().open('outage-1', []);
      await fixture().outages.planRestart('outage-1');
      expect(await fixture().outages.planRestart('outage-1')).toBe(false);
      expect(names(await fixture().claimAll())).toEqual(['restart RESTART']);
      expect((await fixture().outages.observe({ noteRun: false })).memory.outage?.restarted).toBe(true);
    });

    it('counts from 1 in the next outage', async () => {
      const told = recipients.slice(0, 1);
      await fixture().open('outage-1', told);
      for (const one of await fixture().claimAll()) await fixture().outages.settle(one, sent);
      await fixture().outages.remind('outage-1', 2);
      await fixture().outages.planRestart('outage-1');
      await fixture().recover();
      await fixture().open('outage-2', told, readHeartbeat(beat));
      const { memory } = await fixture().outages.observe({ noteRun: false });
      expect(memory.outage).toMatchObject({
        id: 'outage-2',
        recoveredMs: null,
        reminders: 0,
        restarted: false,
      });
      for (const one of await fixture().claimAll('run-2')) await fixture().outages.settle(one, sent);
      await fixture().outages.remind('outage-2', 1);
      await fixture().outages.planRestart('outage-2');
      expect(names(await fixture().claimAll('run-3'))).toEqual(['reminder IN_APP', 'restart RESTART']);
    });

    it('adds nothing to a closed outage', async () => {
      await fixture().open('outage-1', []);
      await fixture().outages.recover(await fixture().fresh(), { id: 'outage-1', why: '' });
      expect(await fixture().outages.remind('outage-1', 1)).toBe(false);
      expect(await fixture().outages.planRestart('outage-1')).toBe(false);
    });
  });
});

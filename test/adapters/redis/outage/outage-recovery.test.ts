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

describeOutageScripts('recovering, reminding and restarting', (bench) => {
  describe('recovering', () => {
    const settleBy = async (outcomes: Readonly<Record<string, DeliveryOutcome>>) => {
      for (const one of await bench().claimAll()) {
        const outcome = outcomes[one.recipient.channel];
        if (outcome !== undefined) await bench().outages.settle(one, outcome);
      }
    };

    it('clears the flag and tells only those who were told, once', async () => {
      await bench().open();
      await settleBy({ IN_APP: sent, TELEGRAM: dead, SNS: later });
      expect(await bench().recover()).toBe('done');
      expect(await bench().recover()).toBe('done');
      expect(await bench().store.command('EXISTS', outageKeys.alertSent)).toBe(0);
      const claims = await bench().claimAll('run-2');
      expect(names(claims)).toEqual(['recovered IN_APP']);
      expect(claims[0]?.recoveredMs).toBeGreaterThan(1000);
      expect(await bench().auditEvents()).toEqual(['outage', 'recovered']);
    });

    it('tells "back" to whom the "down" was under way, after it was sent', async () => {
      await bench().open('outage-1', recipients.slice(1, 2));
      const underWay = await bench().mustClaim('run-1');
      await bench().recover();
      expect(await bench().claim('run-2')).toBeUndefined();
      await bench().outages.settle(underWay, sent);
      expect(names(await bench().claimAll('run-2'))).toEqual(['recovered TELEGRAM']);
    });

    it.each([
      ['failed', later],
      ['was given up', dead],
    ] as const)('tells nothing when the "down" that was under way %s', async (_name, outcome) => {
      await bench().open('outage-1', recipients.slice(1, 2));
      const underWay = await bench().mustClaim('run-1');
      await bench().recover();
      await bench().outages.settle(underWay, outcome);
      expect(await bench().claimAll('run-2')).toEqual([]);
      expect((await bench().outages.observe({ noteRun: false })).unfinishedDeliveries).toBe(0);
    });

    const unsure = { ...later, mayHaveArrived: true };

    it.each([
      ['fails', later],
      ['is given up', dead],
    ] as const)(
      'tells "back" to whom a "down" may have reached, although the next attempt %s',
      async (_name, outcome) => {
        await bench().open('outage-1', recipients.slice(1, 2));
        await bench().outages.settle(await bench().mustClaim('run-1'), unsure);
        await bench().endClaims();
        await bench().outages.settle(await bench().mustClaim('run-2'), outcome);
        await bench().endClaims();
        await bench().recover();
        expect(names(await bench().claimAll('run-3'))).toEqual(['recovered TELEGRAM']);
      },
    );

    it.each([
      ['fails', later],
      ['may have arrived', unsure],
      ['is given up', dead],
    ] as const)('tells it also when that attempt is under way and %s', async (_name, outcome) => {
      await bench().open('outage-1', recipients.slice(1, 2));
      await bench().outages.settle(await bench().mustClaim('run-1'), unsure);
      const underWay = await bench().mustClaim('run-2');
      await bench().recover();
      await bench().outages.settle(underWay, outcome);
      await bench().endClaims();
      expect(names(await bench().claimAll('run-3'))).toEqual(['recovered TELEGRAM']);
    });

    it('tells "back" after what may still be on its way, when the claim for that would have ended', async () => {
      await bench().open('outage-1', recipients.slice(1, 2));
      await bench().outages.settle(await bench().mustClaim('run-1'), unsure);
      await bench().recover();
      expect(await bench().claimAll('run-2')).toEqual([]);
      expect((await bench().outages.observe({ noteRun: false })).unfinishedDeliveries).toBe(1);
      await bench().endClaims();
      expect(names(await bench().claimAll('run-2'))).toEqual(['recovered TELEGRAM']);
    });

    it('turns a "down" whose run was killed into a "back"', async () => {
      await bench().open('outage-1', recipients.slice(1, 2));
      await bench().claim('run-1');
      await bench().recover();
      await bench().endClaims();
      await bench().claim('run-2');
      const open2 = await bench().outages.observe({ noteRun: false });
      expect(open2.unfinishedDeliveries).toBe(1);
      const records = (await bench().store.command('HGETALL', outageKeys.deliveries)) as readonly string[];
      expect(records.join(' ')).toMatch(/down\S* cancelled\|/);
      expect(records.join(' ')).toMatch(/recovered\|TELEGRAM\|101/);
    });

    it('changes nothing for another heartbeat or another outage', async () => {
      await bench().open();
      await bench().store.command('SET', outageKeys.heartbeat, beat);
      expect(await bench().outages.recover(absent, { id: 'outage-1', why: '' })).toBe('conflict');
      expect(await bench().recover('outage-2')).toBe('conflict');
      expect(await bench().store.command('GET', outageKeys.alertSent)).toBe('outage-1');
    });

    it('clears a flag that belongs to no outage', async () => {
      await bench().store.command('SET', outageKeys.alertSent, '1');
      expect(await bench().recover('')).toBe('done');
      expect(await bench().store.command('EXISTS', outageKeys.alertSent)).toBe(0);
      expect(await bench().auditEvents()).toEqual(['recovered']);
    });

    it('drops a "back" that was not sent when the next outage opens', async () => {
      await bench().open();
      await settleBy({ IN_APP: sent });
      await bench().recover();
      await bench().open('outage-2', recipients.slice(0, 1), readHeartbeat(beat));
      expect((await bench().claimAll('run-3')).map(({ outageId, event }) => `${outageId} ${event}`)).toEqual([
        'outage-2 down',
      ]);
    });
  });

  describe('reminders and the restart', () => {
    it('reminds those who were told, once for each number', async () => {
      await bench().open();
      for (const one of await bench().claimAll())
        await bench().outages.settle(one, one.recipient.channel === 'SNS' ? later : sent);
      await bench().outages.remind('outage-1', 2);
      expect(await bench().outages.remind('outage-1', 2)).toBe(false);
      expect(await bench().outages.remind('outage-1', 1)).toBe(false);
      expect(await bench().outages.remind('outage-9', 3)).toBe(false);
      const claims = await bench().claimAll('run-2');
      expect(names(claims)).toEqual(['down SNS', 'reminder IN_APP', 'reminder TELEGRAM']);
      expect(claims.find(({ event }) => event === 'reminder')?.number).toBe(2);
    });

    it('does not pile up reminders for one whom the last has not reached', async () => {
      await bench().open('outage-1', recipients.slice(0, 1));
      for (const one of await bench().claimAll()) await bench().outages.settle(one, sent);
      await bench().outages.remind('outage-1', 1);
      await bench().outages.remind('outage-1', 2);
      expect(await bench().claimAll('run-2')).toHaveLength(1);
    });

    it.each(['abc', '', '-1', 'nan', 'inf', '0x9', '9'.repeat(17)])(
      'reminds although %j stands where the last reminder’s number should',
      async (number) => {
        await bench().open('outage-1', recipients.slice(0, 1));
        for (const one of await bench().claimAll()) await bench().outages.settle(one, sent);
        await bench().store.command('HSET', outageKeys.outage, 'reminder', number);
        await bench().outages.remind('outage-1', 1);
        expect(names(await bench().claimAll('run-2'))).toEqual(['reminder IN_APP']);
      },
    );

    it('plans one restart for an outage', async () => {
      await bench().open('outage-1', []);
      await bench().outages.planRestart('outage-1');
      expect(await bench().outages.planRestart('outage-1')).toBe(false);
      expect(names(await bench().claimAll())).toEqual(['restart RESTART']);
      expect((await bench().outages.observe({ noteRun: false })).memory.outage?.restarted).toBe(true);
    });

    it('counts anew in the next outage', async () => {
      const told = recipients.slice(0, 1);
      await bench().open('outage-1', told);
      for (const one of await bench().claimAll()) await bench().outages.settle(one, sent);
      await bench().outages.remind('outage-1', 2);
      await bench().outages.planRestart('outage-1');
      await bench().recover();
      await bench().open('outage-2', told, readHeartbeat(beat));
      const { memory } = await bench().outages.observe({ noteRun: false });
      expect(memory.outage).toMatchObject({
        id: 'outage-2',
        recoveredMs: null,
        reminders: 0,
        restarted: false,
      });
      for (const one of await bench().claimAll('run-2')) await bench().outages.settle(one, sent);
      await bench().outages.remind('outage-2', 1);
      await bench().outages.planRestart('outage-2');
      expect(names(await bench().claimAll('run-3'))).toEqual(['reminder IN_APP', 'restart RESTART']);
    });

    it('adds nothing to an outage that is over', async () => {
      await bench().open('outage-1', []);
      await bench().outages.recover(await bench().fresh(), { id: 'outage-1', why: '' });
      expect(await bench().outages.remind('outage-1', 1)).toBe(false);
      expect(await bench().outages.planRestart('outage-1')).toBe(false);
    });
  });
});

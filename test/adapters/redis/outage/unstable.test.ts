/** The scripts of an unstable time, of acknowledgement, snooze and unreachable recipients. */
import { describe, expect, it } from 'vitest';
import { readHeartbeat } from '../../../../services/core/lease/heartbeat.ts';
import {
  beat,
  dead,
  describeOutageScripts,
  later,
  names,
  outageKeys,
  recipients,
  sent,
} from '../../../support/outage-fixture.ts';

const judged = readHeartbeat(beat);
const reason = { who: 'the link sent to 101', why: 'a button' };
const begins = { tell: 'unstable', unstableSinceMs: 500, outages: 2 } as const;
const unstableId = 'unstable-of-outage-2';

describeOutageScripts('unstable, acknowledged, snoozed', (fixture) => {
  const settleAll = async (run: string, outcome = sent) => {
    const claims = await fixture().claimAll(run);
    for (const claim of claims) await fixture().outages.settle(claim, outcome);
    return names(claims);
  };
  const memory = async () => (await fixture().outages.observe({ noteRun: false })).memory;
  /** The second outage, of which everyone is told that the bot is unstable. */
  const becomeUnstable = async () => {
    await fixture().open();
    await settleAll('run-1');
    await fixture().recover();
    await settleAll('run-2');
    await fixture().open('outage-2', recipients, judged, begins);
  };
  const tellDown = (id = 'outage-2') => fixture().outages.tellDown(id, recipients);

  it('an unstable time begins with one message to everyone, and goes on silently', async () => {
    await becomeUnstable();
    expect(await settleAll('run-3')).toEqual(['unstable IN_APP', 'unstable SNS', 'unstable TELEGRAM']);
    await fixture().recover('outage-2');
    await fixture().open('outage-3', recipients, judged, { tell: 'nothing' });
    await fixture().recover('outage-3');
    expect(await settleAll('run-4')).toEqual([]);
    expect(await memory()).toMatchObject({
      outage: { id: 'outage-3', told: false },
      unstable: { id: unstableId, state: 'unstable', sinceMs: 500, outages: 3 },
    });
    expect((await memory()).messagesMs).toHaveLength(3);
  });

  it('opens nothing if another outage came and went since it was judged', async () => {
    await fixture().open();
    await fixture().recover();
    const stale = {
      id: 'outage-9',
      afterId: null,
      sinceMs: 1,
      opening: begins,
      unstableId,
      recipients,
      why: '',
    };
    expect(await fixture().outages.open(judged, stale)).toBe('conflict');
  });

  it('ends with one message to those who know of it', async () => {
    await becomeUnstable();
    for (const claim of await fixture().claimAll('run-3'))
      await fixture().outages.settle(claim, claim.recipient.channel === 'TELEGRAM' ? dead : sent);
    expect(await fixture().outages.endUnstable(unstableId)).toBe(false);
    await fixture().recover('outage-2');
    await fixture().outages.endUnstable(unstableId);
    expect((await memory()).unstable?.state).toBe('stable');
    expect(await settleAll('run-4')).toEqual(['stable IN_APP', 'stable SNS']);
    await fixture().outages.endUnstable(unstableId);
    expect(await settleAll('run-5')).toEqual([]);
  });

  it('drops "unstable" once it is over, but follows it up where it may have arrived', async () => {
    await becomeUnstable();
    const [first, second, third] = await fixture().claimAll('run-3');
    if (first === undefined || second === undefined || third === undefined) throw new Error('three are due');
    await fixture().recover('outage-2');
    await fixture().outages.endUnstable(unstableId);
    await fixture().outages.settle(first, sent);
    await fixture().outages.settle(second, later);
    await fixture().outages.settle(third, { ...later, mayHaveArrived: true });
    await fixture().endClaims();
    const told = await fixture().claimAll('run-4');
    expect(told.map(({ event }) => event)).toEqual(['stable', 'stable']);
    expect(told.map(({ recipient }) => recipient)).not.toContainEqual(second.recipient);
  });

  it('tells that it is down for good once, in place of an "unstable" that has not gone out', async () => {
    await becomeUnstable();
    await tellDown();
    await tellDown();
    expect(await settleAll('run-3')).toEqual(['down IN_APP', 'down SNS', 'down TELEGRAM']);
    await fixture().recover('outage-2');
    expect(await settleAll('run-4')).toEqual(['recovered IN_APP', 'recovered SNS', 'recovered TELEGRAM']);
  });

  it('tells "stable" to those who only heard that it was down for good, even after another outage', async () => {
    await becomeUnstable();
    await settleAll('run-3', dead);
    await tellDown();
    await settleAll('run-4');
    await fixture().recover('outage-2');
    await settleAll('run-5');
    await fixture().open('outage-3', recipients, judged, { tell: 'nothing' });
    await fixture().recover('outage-3');
    await fixture().outages.endUnstable(unstableId);
    expect(await settleAll('run-6')).toEqual(['stable IN_APP', 'stable SNS', 'stable TELEGRAM']);
  });

  it('keeps the times of the newest six messages', async () => {
    await fixture().open();
    for (let number = 1; number <= 8; number += 1) await fixture().outages.remind('outage-1', number);
    expect((await memory()).messagesMs).toHaveLength(6);
  });

  describe('acknowledging', () => {
    it('records the first name, and tells everyone else who knows of the outage, once', async () => {
      await fixture().open();
      await settleAll('run-1');
      const { outages } = fixture();
      expect(await outages.acknowledge('outage-1', reason)).toEqual({ by: reason.who, isNew: true });
      const second = { who: 'the link sent to 102', why: '' };
      expect(await outages.acknowledge('outage-1', second)).toEqual({ by: reason.who, isNew: false });
      expect((await memory()).outage?.acknowledged).toEqual({ by: reason.who, told: false });
      await outages.tellAcknowledged('outage-1', '101');
      const [claim, ...more] = await fixture().claimAll('run-2');
      expect(claim).toMatchObject({
        event: 'acknowledged',
        acknowledgedBy: reason.who,
        recipient: { channel: 'SNS' },
      });
      expect(more).toEqual([]);
      expect((await memory()).outage?.acknowledged?.told).toBe(true);
      expect(await outages.remind('outage-1', 1)).toBe(false);
      expect(await fixture().auditEvents()).toEqual(['outage', 'acknowledged']);
    });

    it('takes the id of the unstable time too, and is over with the outage', async () => {
      await becomeUnstable();
      expect(await fixture().outages.acknowledge(unstableId, reason)).toMatchObject({ isNew: true });
      await fixture().recover('outage-2');
      expect(await fixture().outages.acknowledge(unstableId, reason)).toBeUndefined();
      expect(await fixture().outages.acknowledge('outage-1', reason)).toBeUndefined();
      await fixture().open('outage-3', recipients, judged, { tell: 'nothing' });
      expect((await memory()).outage?.acknowledged).toBeNull();
    });
  });

  describe('a snooze', () => {
    it('holds every claim back, ends by itself, and is recorded once', async () => {
      await fixture().open();
      const untilMs = await fixture().outages.snooze('request-1', 60_000, { who: 'a|b', why: 'c | d' });
      const { snooze } = await fixture().outages.observe({ noteRun: true });
      expect(snooze).toEqual({ untilMs, who: 'a/b', why: 'c | d' });
      expect(await fixture().claim()).toBeUndefined();
      expect(await fixture().store.command('PTTL', outageKeys.snooze)).toBeGreaterThan(50_000);
      expect(await fixture().auditEvents()).toEqual(['outage', 'snoozed']);
      expect(await fixture().outages.snooze('request-2', 0, reason)).toBeNull();
      expect(await fixture().claim()).toBeDefined();
      expect(await fixture().auditEvents()).toEqual(['outage', 'snoozed', 'snoozed']);
    });

    it('that was set by hand snoozes as well', async () => {
      await fixture().open();
      await fixture().store.command('SET', outageKeys.snooze, 'quiet please');
      expect((await fixture().outages.observe({ noteRun: false })).snooze).toMatchObject({
        who: '',
        why: '',
      });
      expect(await fixture().claim()).toBeUndefined();
    });
  });

  it('a recipient whom Telegram refuses is remembered until a message reaches them', async () => {
    const unreachable = async () => (await fixture().outages.observe({ noteRun: false })).unreachable;
    const refusal = { kind: 'dead', why: 'blocked', unreachable: true } as const;
    await fixture().open();
    await settleAll('run-1', refusal);
    expect(await unreachable()).toEqual(['101']);
    await fixture().outages.markReachable('101');
    expect(await unreachable()).toEqual([]);
    await fixture().recover();
    await fixture().open('outage-2', recipients, judged);
    await settleAll('run-2', refusal);
    expect(await unreachable()).toEqual(['101']);
    await fixture().recover('outage-2');
    await fixture().open('outage-3', recipients, judged);
    await settleAll('run-3', sent);
    expect(await unreachable()).toEqual([]);
  });
});

describe('the key of the snooze', () => {
  it('is one that people can find', () => {
    expect(outageKeys.snooze).toBe('p:bot_alerts_snoozed');
  });
});

import { describe, expect, it } from 'vitest';
import { describeHolder, quarantineOwner } from '../../../../../services/core/lease/lock-value.ts';
import { pageModule } from '../page-module.ts';

const { actorName, leaderName, waitText, workerName } = await import(pageModule('views/worker-name.js'));
const { texts } = await import(pageModule('texts/index.js'));
const t = texts.en;

const now = {
  workers: [{ name: 'worker-2', pid: 200 }],
  stoppedWorkers: [{ name: 'worker-1', pid: 100 }],
};
const chats = [{ person: { id: 2001, name: 'Boris' } }];

describe('the names of workers on the control room’s page', () => {
  it.each([
    ['host vm, pid 200, environment production', 'worker-2'],
    ['host vm, pid 100, environment production', 'worker-1'],
    ['host other, pid 7, environment production', 'host other, pid 7, environment production'],
    ['control room', 'control room'],
  ])('calls "%s" %s', (who, name) => {
    expect(workerName(who, now)).toBe(name);
  });

  it('names the leader by its worker, running or ended', () => {
    expect(leaderName({ worker: 'worker-2', pid: 200 }, now, t)).toBe('worker-2');
    expect(leaderName({ worker: null, pid: 100 }, now, t)).toBe('worker-1');
    expect(leaderName({ worker: null, pid: 7 }, now, t)).toBe('another program');
    expect(leaderName({ worker: null, pid: 0, quarantine: true }, now, t)).toBe('Quarantine');
  });

  it.each([
    ['host vm, pid 200, environment production', 'worker-2'],
    ['heartbeat-monitor', 'monitor'],
    ['link of 2001', 'superadmin Boris'],
    ['the link sent to 5', 'superadmin 5'],
    ['ann@laptop', 'ann@laptop'],
  ])('names who did something: "%s" is %s', (who, name) => {
    expect(actorName(who, { now, chats }, t)).toBe(name);
  });

  it('says what a standby waits for', () => {
    expect(waitText('host vm, pid 200, environment production', now, t)).toBe(
      'ready to take over from worker-2',
    );
    expect(waitText(describeHolder(JSON.stringify({ owner: quarantineOwner })), now, t)).toBe(
      'waits for the quarantine to end',
    );
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { lockValue } from '../../../services/core/lease/lock-value.ts';
import { performTaskEvent } from '../../../services/core/ops/perform.ts';
import { readTaskEvent } from '../../../services/core/ops/task-stopped.ts';
import { EcsError, type WorkerTask } from '../../../services/core/platform/worker-service.ts';
import { heldValue, holder, OpsFixture, taskArn } from '../../support/ops-fixture.ts';

const clusterArn = 'arn:aws:ecs:eu-central-1:123456789012:cluster/bots';
const taskValue = lockValue({ ...holder, host: 'x', task: taskArn });
const bot = (lastStatus: string) => ({ name: 'bot', lastStatus });
const event = (more: Record<string, unknown> = {}) => ({
  version: '0',
  source: 'aws.ecs',
  'detail-type': 'ECS Task State Change',
  detail: {
    taskArn,
    clusterArn,
    group: 'service:worker',
    lastStatus: 'DEPROVISIONING',
    desiredStatus: 'STOPPED',
    stoppedReason: 'a reason that the event makes up',
    containers: [bot('STOPPED'), { name: 'metrics', lastStatus: 'RUNNING' }],
    ...more,
  },
});
const stopped: WorkerTask = {
  botHasStopped: true,
  stoppedReason: 'OutOfMemoryError',
  privateNames: [holder.host],
};

let fixture: OpsFixture;
/** What ECS says each time, the last answer for ever. */
let ecsSays: (WorkerTask | undefined)[];
let asked: string[];

beforeEach(async () => {
  fixture = await OpsFixture.open();
  ecsSays = [stopped];
  asked = [];
  fixture.tasks = {
    isOwn: (names) => names.clusterArn === clusterArn && names.group === 'service:worker',
    find: async (arn) => {
      asked.push(arn);
      return ecsSays.length > 1 ? ecsSays.shift() : ecsSays[0];
    },
  };
});

async function arrive(more: Record<string, unknown> = {}) {
  const read = readTaskEvent(event(more));
  if (read === undefined) throw new Error('an event of a task');
  return performTaskEvent(fixture.context, read);
}

describe('the event of a task whose bot has stopped', () => {
  it.each([
    ['that task', taskValue],
    ['its private name', heldValue],
    ['the first part of its private name', lockValue({ ...holder, host: 'ip-10-0-1-5' })],
  ])('breaks a lock that names %s, and audits it as no person’s doing', async (_name, value) => {
    await fixture.lock(value, 30_000);
    expect(await arrive()).toMatchObject({
      ok: true,
      lockRemoved: true,
      previousValue: value,
      mode: 'broken',
    });
    expect(asked).toEqual([taskArn]);
    expect(await fixture.lockNow()).toBeNull();
    expect(await fixture.audit()).toMatchObject([
      { event: 'task-stopped', who: 'ecs', why: 'its task stopped: OutOfMemoryError' },
    ]);
  });

  it.each([
    ['another task on the same host', lockValue({ ...holder, task: `${taskArn}0` })],
    ['another host', lockValue({ ...holder, host: 'ip-10-0-1-50' })],
    ['nobody', 'plain text'],
    ['no host at all', '{}'],
  ])('leaves a lock alone that names %s', async (_name, value) => {
    await fixture.lock(value, 30_000);
    expect(await arrive()).toMatchObject({
      ok: true,
      lockRemoved: false,
      previousValue: null,
      mode: 'absent',
    });
    expect(await fixture.lockNow()).toBe(value);
    expect(await fixture.audit()).toEqual([]);
  });

  it('breaks the lock once; the event of the whole task finds nothing left to do', async () => {
    await fixture.lock(taskValue, 30_000);
    await arrive();
    expect(await arrive({ lastStatus: 'STOPPED' })).toMatchObject({ ok: true, mode: 'absent' });
    expect(await fixture.audit()).toHaveLength(1);
  });

  it('is believed when ECS agrees a moment later', async () => {
    ecsSays = [{ ...stopped, botHasStopped: false }, stopped];
    await fixture.lock(taskValue, 30_000);
    expect(await arrive()).toMatchObject({ ok: true, mode: 'broken' });
  });

  it('shows a stop reason in one line and cuts it', async () => {
    ecsSays = [{ ...stopped, stoppedReason: `a\u001b[2Kb\n${'x'.repeat(5_000_000)}` }];
    await fixture.lock(taskValue, 30_000);
    await arrive();
    const [entry] = await fixture.audit();
    expect(entry?.why).toMatch(/^its task stopped: a\\u001b\[2Kb x{200,}…$/);
    expect(entry?.why.length).toBeLessThan(350);
  });
});

describe('an event that is not true', () => {
  const runs: WorkerTask = { ...stopped, botHasStopped: false };
  it.each<
    [string, { more?: Record<string, unknown>; says?: WorkerTask | undefined; code: string; times: number }]
  >([
    ['ECS says that the bot runs', { says: runs, code: 'BOT_NOT_STOPPED', times: 3 }],
    ['ECS does not know the task', { says: undefined, code: 'TASK_UNKNOWN', times: 1 }],
    ['the bot still drains', { more: { containers: [bot('RUNNING')] }, code: 'BOT_NOT_STOPPED', times: 0 }],
    ['it is of another cluster', { more: { clusterArn: `${clusterArn}2` }, code: 'OTHER_SERVICE', times: 0 }],
    ['it is of another service', { more: { group: 'service:other' }, code: 'OTHER_SERVICE', times: 0 }],
    ['it names no cluster', { more: { clusterArn: undefined }, code: 'OTHER_SERVICE', times: 0 }],
  ])('changes nothing: %s', async (_name, { more = {}, code, times, ...rest }) => {
    if ('says' in rest) ecsSays = [rest.says];
    await fixture.lock(taskValue, 30_000);
    expect(await arrive(more)).toMatchObject({
      ok: false,
      action: 'task-stopped',
      error: { code, message: expect.stringMatching(/nothing was changed$/) },
    });
    expect(asked).toHaveLength(times);
    expect(await fixture.lockNow()).toBe(taskValue);
    expect(await fixture.audit()).toEqual([]);
  });

  it('changes nothing without ECS, and when ECS does not answer', async () => {
    await fixture.lock(taskValue, 30_000);
    fixture.tasks = undefined;
    expect(await arrive()).toMatchObject({ ok: false, error: { code: 'ECS_NOT_CONFIGURED' } });
    const find = async () => {
      throw new EcsError('DescribeTasks', new Error('no answer'));
    };
    fixture.tasks = { isOwn: () => true, find };
    expect(await arrive()).toMatchObject({ ok: false, error: { code: 'ECS_FAILED' } });
    expect(await fixture.lockNow()).toBe(taskValue);
  });

  it('changes nothing of another environment’s bot', async () => {
    fixture.environment = 'staging';
    await fixture.lock(taskValue, 30_000);
    expect(await arrive()).toMatchObject({ ok: false, error: { code: 'OTHER_ENVIRONMENT' } });
    expect(await fixture.lockNow()).toBe(taskValue);
  });
});

describe('an event', () => {
  it.each([
    ['another source', { ...event(), source: 'mine' }],
    ['another kind', { ...event(), 'detail-type': 'ECS Deployment State Change' }],
    ['no task', event({ taskArn: undefined })],
    ['no detail', { source: 'aws.ecs', 'detail-type': 'ECS Task State Change' }],
  ])('of %s is none of a task', (_name, other) => {
    expect(readTaskEvent(other)).toBeUndefined();
  });
});

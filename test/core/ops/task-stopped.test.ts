import { beforeEach, describe, expect, it } from 'vitest';
import { lockValue } from '../../../services/core/lease/lock-value.ts';
import { performTaskStopped } from '../../../services/core/ops/perform.ts';
import { readStoppedTask } from '../../../services/core/ops/task-stopped.ts';
import { heldValue, holder, OpsFixture, taskArn } from '../../support/ops-fixture.ts';

let fixture: OpsFixture;
beforeEach(async () => {
  fixture = await OpsFixture.open();
});

describe('a stopped ECS task', () => {
  const event = (more: Record<string, unknown> = {}) => ({
    version: '0',
    source: 'aws.ecs',
    'detail-type': 'ECS Task State Change',
    detail: {
      taskArn,
      lastStatus: 'STOPPED',
      stoppedReason: 'OutOfMemoryError',
      attachments: [{ type: 'eni', details: [{ name: 'privateDnsName', value: holder.host }] }],
      ...more,
    },
  });
  const stop = async (more: Record<string, unknown> = {}) => {
    const task = readStoppedTask(event(more));
    if (task === undefined) throw new Error('a stopped task');
    return performTaskStopped(fixture.context, task);
  };

  it.each([
    ['that task', lockValue({ ...holder, host: 'x', task: taskArn })],
    ['its private name', heldValue],
    ['the first part of its private name', lockValue({ ...holder, host: 'ip-10-0-1-5' })],
  ])('breaks a lock that names %s', async (_name, value) => {
    await fixture.lock(value, 30_000);
    expect(await stop()).toMatchObject({ ok: true, lockRemoved: true, previousValue: value, mode: 'broken' });
    expect(await fixture.lockNow()).toBeNull();
    expect(await fixture.audit()).toMatchObject([
      { event: 'broken', who: 'ecs', why: expect.stringContaining('OutOfMemory') },
    ]);
  });

  it.each([
    ['another task on the same host', lockValue({ ...holder, task: `${taskArn}0` })],
    ['another host', lockValue({ ...holder, host: 'ip-10-0-1-50' })],
    ['nobody', 'plain text'],
    ['no host at all', '{}'],
  ])('leaves a lock alone that names %s', async (_name, value) => {
    await fixture.lock(value, 30_000);
    expect(await stop()).toMatchObject({ ok: true, lockRemoved: false, previousValue: null, mode: 'absent' });
    expect(await fixture.lockNow()).toBe(value);
    expect(await fixture.audit()).toEqual([]);
  });

  it.each([
    ['a running task', event({ lastStatus: 'RUNNING' })],
    ['another source', { ...event(), source: 'mine' }],
    ['another event', { ...event(), 'detail-type': 'ECS Deployment State Change' }],
    ['no task', event({ taskArn: undefined })],
    ['no detail', { source: 'aws.ecs', 'detail-type': 'ECS Task State Change' }],
  ])('is not read from an event of %s', (_name, other) => {
    expect(readStoppedTask(other)).toBeUndefined();
  });
});

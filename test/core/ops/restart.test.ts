import { beforeEach, describe, expect, it } from 'vitest';
import type { WorkerService, WorkerServiceState } from '../../../services/core/platform/worker-service.ts';
import { EcsError } from '../../../services/core/platform/worker-service.ts';
import { OpsFixture } from '../../support/ops-fixture.ts';
import { emptyQueue, QueueDouble, seenConsumer } from '../../support/queue-view.ts';

const tasks: WorkerServiceState = { desired: 1, running: 1, deploying: false, lastStopReason: null };
const serviceOf = (deploymentId: string, state = tasks): WorkerService => ({
  describe: async () => state,
  restart: async () => deploymentId,
});

let fixture: OpsFixture;
beforeEach(async () => {
  fixture = await OpsFixture.open();
  fixture.ecs = serviceOf('worker-2');
  fixture.handlersService = serviceOf('handlers-2');
  fixture.updatesQueue = new QueueDouble();
});

describe('restart in queue mode', () => {
  it('restarts the handlers too, each with its audit entry', async () => {
    expect(await fixture.ask({ action: 'restart' })).toEqual({
      ok: true,
      action: 'restart',
      restarted: true,
      deploymentId: 'worker-2',
      handlersDeploymentId: 'handlers-2',
    });
    expect(await fixture.audit()).toMatchObject([
      { event: 'restarted', who: 'anna', before: 'handlers', after: 'handlers-2' },
      { event: 'restarted', who: 'anna', before: '', after: 'worker-2' },
    ]);
  });

  it('says what restarts if the handlers’ service fails', async () => {
    const restart = () => Promise.reject(new EcsError('UpdateService', new Error('throttled')));
    fixture.handlersService = { ...serviceOf(''), restart };
    expect(await fixture.ask({ action: 'restart' })).toMatchObject({
      ok: false,
      error: {
        code: 'ECS_FAILED',
        message: expect.stringMatching(/^the worker restarts \(worker-2\), the handlers do not: .*throttled/),
      },
    });
    expect(await fixture.audit()).toMatchObject([{ after: 'worker-2' }]);
  });

  it('leaves the handlers alone in a recovery: only polling is down', async () => {
    fixture.whileAsleep = () => fixture.beat(fixture.store.nowMs + 1000);
    expect(await fixture.ask({ action: 'recover' })).toMatchObject({ ok: true });
    expect((await fixture.audit()).map(({ after }) => after)).not.toContain('handlers-2');
  });
});

describe('status in queue mode', () => {
  const queue = (): QueueDouble => fixture.updatesQueue as QueueDouble;

  it('shows the queue, its consumers and their tasks', async () => {
    queue().seen = [seenConsumer(), seenConsumer({ consumer: 'h:2', ageMs: 60_001, lagMs: 1500 })];
    expect(await fixture.ask({ action: 'status' })).toMatchObject({
      updatesQueue: {
        queue: emptyQueue,
        problem: null,
        consumers: [
          { consumer: 'h:1', ageSeconds: 5, isLate: false, lagSeconds: 0.04, running: 1, held: 2 },
          { consumer: 'h:2', isLate: true, lagSeconds: 1.5 },
        ],
        tasks,
      },
    });
  });

  it('names absent handlers, with why their tasks stopped', async () => {
    await fixture.lock('{"host":"h","pid":1,"env":"production"}', 30_000);
    await fixture.beat();
    fixture.handlersService = serviceOf('', { ...tasks, running: 0, lastStopReason: 'exit 78' });
    queue().view = { ...emptyQueue, visible: 1 };
    queue().seen = [];
    expect(await fixture.ask({ action: 'status' })).toMatchObject({
      state: 'handlers-absent',
      cause: 'handlers-absent',
      diagnosis: expect.arrayContaining(['Tasks running: 0 of 1; the last one stopped: exit 78']),
    });
  });

  it('says nothing of a queue where handlers run inline', async () => {
    fixture.updatesQueue = undefined;
    expect(await fixture.ask({ action: 'status' })).not.toHaveProperty('updatesQueue');
  });
});

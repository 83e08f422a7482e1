/** Recorded events of ECS through the ops function, with its real client and an ECS that answers the truth. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { composeOps } from '../../../functions/release-lock/handler.ts';
import { redisAuditTrail } from '../../../services/adapters/redis/audit-trail.ts';
import type { EmulatedServiceState } from '../../../services/lab/aws-emulator/ecs-calls.ts';
import { FunctionFixture } from '../../support/function-fixture.ts';

interface RecordedEvent {
  readonly name: string;
  readonly ecsSays: string;
  readonly expected: string;
  readonly event: { readonly detail: { readonly taskArn: string } };
}

const recorded: readonly RecordedEvent[] = JSON.parse(
  readFileSync(join(import.meta.dirname, 'ecs-task-state-changes.json'), 'utf8'),
);
const arn = recorded[0]?.event.detail.taskArn ?? '';
const names = { ECS_CLUSTER: 'staffprobot', ECS_SERVICE: 'staffprobot-worker' };
const running = { liveTasks: [{ arn, isStopping: false }] };
const ended = (lastStatus: 'DEPROVISIONING' | 'STOPPED') => ({
  stoppedTasks: [
    {
      arn,
      lastStatus,
      stoppedReason: 'Essential container in task exited',
      stoppedAtSeconds: 1,
      containers: [{ name: 'bot', exitCode: 137 }],
    },
  ],
});
const truths: Readonly<Record<string, Partial<EmulatedServiceState>>> = {
  'STOPPED container, DEPROVISIONING task': ended('DEPROVISIONING'),
  STOPPED: ended('STOPPED'),
  'RUNNING container': { liveTasks: [{ arn, isStopping: true }] },
  RUNNING: running,
  'not asked': running,
};

let fixture: FunctionFixture;
beforeAll(async () => {
  fixture = await FunctionFixture.open(undefined);
});
afterAll(() => fixture?.close());
afterEach(() => fixture.clear());

const auditEvents = async () =>
  (await redisAuditTrail(fixture.store, fixture.keys).latest(10)).map(({ event }) => event);

describe('door: an event of EventBridge', () => {
  it.each(recorded.map((one) => [`${one.name}: ${one.expected}`, one] as const))(
    '%s',
    async (_name, { event, ecsSays, expected }) => {
      const truth = truths[ecsSays];
      if (truth === undefined) throw new Error(`an answer of ECS for "${ecsSays}"`);
      fixture.service = {
        ...fixture.service,
        cluster: names.ECS_CLUSTER,
        service: names.ECS_SERVICE,
        ...truth,
      };
      const isFirst = expected.includes('broken at once');
      const isLater = expected.startsWith('nothing left');
      const other = { task: `${arn}0` };
      const value = await fixture.takeLock(isLater ? other : { task: arn });
      const askedBefore = fixture.aws.calls.length;
      const ops = composeOps(fixture.environment(names), fixture.seams);
      const answer = await ops(event);
      expect(await fixture.get(fixture.keys.lock)).toBe(isFirst ? null : value);
      expect(await auditEvents()).toEqual(isFirst ? ['task-stopped'] : []);
      expect(answer).toMatchObject({ ok: isFirst || isLater, action: 'task-stopped' });
      if (ecsSays === 'not asked') expect(fixture.aws.calls).toHaveLength(askedBefore);
      if (expected.includes('the log says why')) {
        expect(fixture.lines.at(-1)).toContain('ECS says that the bot of this task has not stopped');
      }
    },
  );

  it('changes nothing without ECS', async () => {
    const value = await fixture.takeLock({ task: arn });
    const ops = composeOps(fixture.environment({ ECS_CLUSTER: '', ECS_SERVICE: '' }), fixture.seams);
    expect(await ops(recorded[0]?.event)).toMatchObject({ error: { code: 'ECS_NOT_CONFIGURED' } });
    expect(await fixture.get(fixture.keys.lock)).toBe(value);
  });
});

/**
 * Ends a worker, by SIGKILL or SIGTERM: the standby takes over, and the audit trail shows how the lock became free.
 *
 * Tested by: test/lab/drills/drills.long.test.ts
 */
import type { AuditEvent } from '../../core/platform/audit-trail.ts';
import { type Text, text } from '../shared/text.ts';
import {
  alreadyEnded,
  demandAudited,
  finish,
  untilHealthy,
  untilTakenOver,
  workerOf,
} from './drill-checks.ts';
import type { Drill } from './drill-context.ts';
import { lockOf } from './targets.ts';

interface End {
  readonly signal: 'SIGKILL' | 'SIGTERM';
  /** How the lock may become free; none of them waits for the lease to expire. */
  readonly lockEvents: readonly AuditEvent[];
  readonly otherwise: Text;
  /** Strikes only while some messages are being handled. */
  readonly atWork?: true;
  /** The promised exit code. */
  readonly exitCode?: number;
}

/** The event of the stopped task must break the lock. */
export const kill: Drill = endWorker({
  signal: 'SIGKILL',
  lockEvents: ['task-stopped'],
  otherwise: text(
    'The lock of the stopped task was not broken.',
    'Блокировка остановленной задачи не снята.',
  ),
  atWork: true,
});

/** The worker must drain and release the lock itself. `lost`: released with updates unconfirmed. */
export const stop: Drill = endWorker({
  signal: 'SIGTERM',
  lockEvents: ['released', 'lost'],
  otherwise: text('It did not release the lock itself.', 'Он не отдал блокировку сам.'),
  exitCode: 0,
});

function endWorker({ signal, lockEvents, otherwise, atWork, exitCode }: End): Drill {
  return async (context, worker) => {
    const task = workerOf(context, worker);
    if (atWork) {
      await context.until(
        text('some messages are being handled', 'какие-то сообщения обрабатываются'),
        async () => (await context.lab.unfinished()) > 0,
      );
    }
    const lock = await lockOf(context.lab, task);
    const endedMs = context.nowMs;
    context.demand(task.signal(signal), alreadyEnded);
    if (lock !== undefined) await untilTakenOver(context, task);
    await context.until(text('the worker has ended', 'воркер завершился'), () => task.exit !== undefined);
    const code = task.exit?.code ?? -1;
    if (exitCode !== undefined) context.measure('exitCode', code);
    // Checked now, while the entry is still among the latest.
    if (lock !== undefined) await demandAudited(context, lock, lockEvents, otherwise);
    await untilHealthy(context, [task]);
    context.measure('wholeAgainMs', context.nowMs - endedMs);
    await finish(context);
    context.demand(
      exitCode === undefined || code === exitCode,
      text(`It ended with code ${code}.`, `Код завершения: ${code}.`),
    );
  };
}

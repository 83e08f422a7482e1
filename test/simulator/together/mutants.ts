/** Mutants of what worker and monitor promise each other. The simulator must catch every one. */
import { HeartbeatScheduler } from '../../../services/core/lease/heartbeat-scheduler.ts';
import { PollHealth } from '../../../services/core/lease/poll-health.ts';
import { type Mutant, methodMutant, scriptMutant } from '../mutant.ts';

export const togetherMutants: readonly Mutant[] = [
  methodMutant('a worker’s heart beats although its polls fail', PollHealth.prototype, {
    isGood: () => true,
  }),
  methodMutant('heartbeats are on the worker’s own clock', HeartbeatScheduler.prototype, {
    storeIso: (wallMs: number) => new Date(wallMs).toISOString(),
  }),
  methodMutant('a heartbeat goes out only once in a term', HeartbeatScheduler.prototype, {
    isHeartbeatDue(this: { lastHeartbeatMs: number }) {
      return this.lastHeartbeatMs === Number.NEGATIVE_INFINITY;
    },
  }),
  scriptMutant('a restart is planned and never done', 'outage/extend-outage-2', [
    'reached >= tonumber(ARGV[3])',
    "(ARGV[2] == 'restart' or reached >= tonumber(ARGV[3]))",
  ]),
];

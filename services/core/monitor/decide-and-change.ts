/**
 * Decides about the bot from one observation, and makes the changes. If the heartbeat or the outage is no longer what
 * was observed, it observes and decides again.
 *
 * Tested by: test/core/monitor/monitor.test.ts
 */
import { type Diagnosis, diagnose } from '../outage/diagnosis.ts';
import { type Change, decide, isMalformed, type Verdict } from '../outage/outage-detector.ts';
import { recipientOfLink } from '../platform/actors.ts';
import { type MonitorPorts, type MonitorSettings, recipientsOf } from './monitor-ports.ts';
import type { BotObservation } from './outage-store.ts';

/** How often a run decides if the heartbeat changes under its decisions. */
const decisionsMax = 3;

export interface Decided {
  readonly observation: BotObservation;
  readonly verdict: Verdict;
  readonly changed: boolean;
}

export async function decideAndChange(ports: MonitorPorts, settings: MonitorSettings): Promise<Decided> {
  let decided: Decided | undefined;
  for (let decisions = 0; decisions < decisionsMax; decisions += 1) {
    const observation = await ports.outages.observe({ noteRun: true });
    const { memory, heartbeat, nowMs } = observation;
    // Without ECS there is nothing to restart.
    const autoRestartMs = ports.ecs === undefined ? 0 : settings.autoRestartMs;
    const { verdict, changes } = decide(memory, heartbeat, { ...settings, autoRestartMs }, nowMs);
    decided = { observation, verdict, changed: changes.length > 0 };
    let isCurrent = true;
    for (const change of changes) {
      isCurrent = isCurrent && (await apply(change, observation, ports, settings));
    }
    if (isCurrent) return decided;
  }
  if (decided === undefined) throw new Error('a monitor run decides at least once');
  ports.logger.warn('the heartbeat kept changing during the run; the next run decides');
  return decided;
}

/** False if the heartbeat is no longer the observed one. */
async function apply(
  change: Change,
  observation: BotObservation,
  ports: MonitorPorts,
  settings: MonitorSettings,
): Promise<boolean> {
  const { outages, logger } = ports;
  const { heartbeat, nowMs } = observation;
  switch (change.kind) {
    case 'mark-malformed':
      return (await outages.markHeartbeat(heartbeat, change.malformed)) === 'done';
    case 'recover': {
      const result = await outages.recover(heartbeat, { id: change.outageId, why: 'a fresh heartbeat' });
      if (result === 'done') logger.info('the outage is over', { outage: change.outageId });
      return result === 'done';
    }
    case 'remind':
      await outages.remind(change.outageId, change.number);
      return true;
    case 'tell-down':
      await outages.tellDown(change.outageId, recipientsOf(ports, settings));
      return true;
    case 'tell-acknowledged':
      await outages.tellAcknowledged(change.outageId, recipientOfLink(change.by));
      return true;
    case 'end-unstable':
      await outages.endUnstable(change.unstableId);
      return true;
    case 'restart':
      await outages.planRestart(change.outageId);
      return true;
    case 'open': {
      const recipients = recipientsOf(ports, settings);
      const silentSeconds = Math.floor((nowMs - change.sinceMs) / 1000);
      const { cause } = storeDiagnosis(observation, ports, settings);
      const why = `no heartbeat for ${silentSeconds} s: ${cause}`;
      const [id, unstableId] = [`outage-${ports.random.token()}`, `unstable-${ports.random.token()}`];
      const result = await outages.open(heartbeat, {
        id,
        afterId: observation.memory.outage?.id ?? null,
        sinceMs: change.sinceMs,
        opening: change,
        unstableId,
        recipients,
        why,
      });
      if (result === 'done') logger.error('the bot is down', { outage: id, why });
      return result === 'done';
    }
  }
}

/** A diagnosis from the store alone, without probes. */
function storeDiagnosis(
  { heartbeat, held, nowMs }: BotObservation,
  { environment }: MonitorPorts,
  settings: MonitorSettings,
): Diagnosis {
  return diagnose({
    heartbeat,
    heartbeatMalformed: isMalformed(heartbeat, settings, nowMs),
    held,
    environment,
    telegram: { kind: 'not-asked' },
    ecs: { kind: 'unknown' },
  });
}

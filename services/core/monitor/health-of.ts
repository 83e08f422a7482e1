/** The verdict of `core/outage/health.ts` on what one script read, with what others were asked. */
import { type Health, type HealthFacts, judgeHealth } from '../outage/health.ts';
import type { OutageSettings } from '../outage/outage.ts';
import { reportOfTerm } from '../updates/handlers-report.ts';
import type { BotObservation } from './outage-store.ts';

type Asked = Pick<HealthFacts, 'environment' | 'telegram' | 'ecs' | 'queue'>;

/** For whoever reads the store alone. */
export const nothingAsked: Asked = {
  environment: undefined,
  telegram: { kind: 'not-asked' },
  ecs: { kind: 'not-configured' },
  queue: undefined,
};

export function healthOf(
  { nowMs, heartbeat, held, memory, epoch, handlers, queueTrouble, reported }: BotObservation,
  settings: OutageSettings,
  asked: Asked = nothingAsked,
): Health {
  const facts = { ...asked, nowMs, heartbeat, held, memory, queueTrouble };
  const toldMs: HealthFacts['toldMs'] = (trouble) => reported[trouble]?.raisedMs;
  return judgeHealth({ ...facts, handlers: reportOfTerm(handlers, epoch), toldMs }, settings);
}

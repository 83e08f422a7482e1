/** The verdict of `core/outage/health.ts` on what one script read, with what others were asked. */
import type { DiagnosisFacts } from '../outage/diagnosis.ts';
import { type Health, judgeHealth } from '../outage/health.ts';
import type { OutageSettings } from '../outage/outage.ts';
import { reportOfTerm } from '../updates/handlers-report.ts';
import type { BotObservation } from './outage-store.ts';

type Asked = Pick<DiagnosisFacts, 'environment' | 'telegram' | 'ecs'>;

/** For whoever reads the store alone. */
export const nothingAsked: Asked = {
  environment: undefined,
  telegram: { kind: 'not-asked' },
  ecs: { kind: 'not-configured' },
};

export function healthOf(
  { nowMs, heartbeat, held, memory, epoch, handlers, reported }: BotObservation,
  settings: OutageSettings,
  asked: Asked = nothingAsked,
): Health {
  const handlersToldMs = reported['handlers-failing']?.raisedMs;
  const facts = { ...asked, nowMs, heartbeat, held, memory, handlersToldMs };
  return judgeHealth({ ...facts, handlers: reportOfTerm(handlers, epoch) }, settings);
}

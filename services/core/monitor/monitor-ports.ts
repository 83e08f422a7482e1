/**
 * What a monitor run works with, and whom it alerts.
 *
 * Tested by: test/core/monitor/monitor.test.ts
 */
import type { AlertLinks } from '../alerts/alert-links.ts';
import type { AlertTopic } from '../alerts/channels.ts';
import type { InboxStore } from '../alerts/inbox-store.ts';
import type { RepairFacts } from '../alerts/mail-footer.ts';
import { personalRecipients, type Recipient } from '../alerts/recipients.ts';
import type { OutageSettings } from '../outage/outage.ts';
import type { AuditTrail } from '../platform/audit-trail.ts';
import type { BotApi } from '../platform/bot-api.ts';
import type { EnvironmentName } from '../platform/environment-name.ts';
import type { Locale } from '../platform/locale.ts';
import type { Logger } from '../platform/logger.ts';
import type { Random } from '../platform/random.ts';
import type { Redact } from '../platform/redaction.ts';
import type { WorkerService } from '../platform/worker-service.ts';
import type { QueueWatch } from '../queue/queue-watch.ts';
import type { OutageStore } from './outage-store.ts';

export interface MonitorPorts {
  readonly outages: OutageStore;
  readonly inbox: InboxStore;
  readonly audit: AuditTrail;
  readonly telegram: BotApi;
  readonly topic: AlertTopic | undefined;
  readonly ecs: WorkerService | undefined;
  readonly random: Random;
  readonly logger: Logger;
  /** Applied to every text that is sent: errors of libraries may contain secrets. */
  readonly redact: Redact;
  /** Undefined: handlers run inline. */
  readonly updatesQueue?: QueueWatch | undefined;
  /** Of the bot that is watched; undefined if nothing names it. */
  readonly environment?: EnvironmentName | undefined;
  /** Undefined: one-tap links are off. */
  readonly links?: AlertLinks | undefined;
}

export interface MonitorSettings extends OutageSettings {
  readonly superadminIds: readonly string[];
  readonly locale: Locale;
  /** Undefined: a message to the topic ends without a command and without the runbook. */
  readonly repair?: RepairFacts | undefined;
}

export function recipientsOf(
  { topic, logger }: MonitorPorts,
  { superadminIds }: MonitorSettings,
): readonly Recipient[] {
  if (superadminIds.length === 0) {
    logger.error('SUPERADMIN_TELEGRAM_IDS is empty: nobody is alerted in Telegram or in the app', {
      topic: topic === undefined ? 'not set either' : 'alerted',
    });
  }
  const people = personalRecipients(superadminIds);
  return topic === undefined ? people : [...people, { channel: 'SNS', address: 'topic' }];
}

/**
 * Every key and channel in the store. Other programs read these names, so they never change.
 * Each begins with `REDIS_KEY_PREFIX`, so several bots can share one store.
 */
export interface StoreKeys {
  readonly lock: string;
  readonly lockRevoked: string;
  /** The id of the bot that the store, with this prefix, belongs to. */
  readonly bot: string;
  readonly epoch: string;
  readonly heartbeat: string;
  readonly alertSent: string;
  readonly outage: string;
  readonly deliveries: string;
  /** Present while alerts are snoozed; it ends by itself. */
  readonly snooze: string;
  readonly audit: string;
  readonly journal: string;
  readonly dead: string;
  /** When each consumer of queue mode last spoke, and what it said. */
  readonly handlerBeats: string;
  /** Scripts publish here when they release, break or revoke the lock: a hint to try now, never a proof. */
  readonly wakeChannel: string;
  /** How often an update of queue mode has been attempted, from its second delivery on. */
  updateAttempts(deduplicationId: string): string;
  notifications(telegramId: string): string;
  opsLink(linkId: string): string;
}

export function storeKeys(prefix: string): StoreKeys {
  return {
    lock: `${prefix}bot_polling_lock`,
    lockRevoked: `${prefix}bot_polling_lock_revoked`,
    bot: `${prefix}bot_polling_bot`,
    epoch: `${prefix}bot_polling_epoch`,
    heartbeat: `${prefix}bot_polling_heartbeat`,
    alertSent: `${prefix}bot_polling_alert_sent`,
    outage: `${prefix}bot_outage`,
    deliveries: `${prefix}bot_deliveries`,
    snooze: `${prefix}bot_alerts_snoozed`,
    audit: `${prefix}bot_polling_audit`,
    journal: `${prefix}bot_updates_journal`,
    dead: `${prefix}bot_updates_dead`,
    handlerBeats: `${prefix}bot_handlers_heartbeats`,
    wakeChannel: `${prefix}bot_polling_wake`,
    updateAttempts: (deduplicationId) => `${prefix}bot_update_attempts:${deduplicationId}`,
    notifications: (telegramId) => `${prefix}bot_notifications:${telegramId}`,
    opsLink: (linkId) => `${prefix}bot_ops_link:${linkId}`,
  };
}

/** How many audit entries the capped stream keeps. */
export const auditEntriesMax = 1000;
/** How many entries a superadmin's inbox keeps. */
export const inboxEntriesMax = 100;

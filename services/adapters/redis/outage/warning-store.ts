/** Warnings in Redis: a script raises them and applies the throttle rule of their kind. */

import type { Recipient } from '../../../core/alerts/recipients.ts';
import { allRecipients } from '../../../core/alerts/recipients.ts';
import type { WarningStore } from '../../../core/alerts/warning-store.ts';
import {
  type ReportedWarning,
  type ReportedWarnings,
  throttleRules,
  type Warning,
  type WarningKind,
  warningJson,
  warningKinds,
} from '../../../core/alerts/warnings.ts';
import type { StoreKeys } from '../../../core/platform/store-keys.ts';
import { luaScript, type ScriptRunner } from '../lua-scripts.ts';
import { isOne } from '../script-replies.ts';

const scripts = { raise: luaScript('outage/raise-notice-2'), changeKey: luaScript('outage/note-notice-1') };

export interface WarningStoreOptions {
  readonly superadminIds: readonly string[];
}

export function redisWarningStore(
  runner: ScriptRunner,
  keys: StoreKeys,
  { superadminIds }: WarningStoreOptions,
): WarningStore {
  const recipients = allRecipients(superadminIds);
  return { raise: (warning) => raiseWarning(runner, keys, { warning, recipients }) };
}

/** False when the kind's throttle rule forbids it. */
export async function raiseWarning(
  runner: ScriptRunner,
  { outage, deliveries }: StoreKeys,
  { warning, recipients }: { readonly warning: Warning; readonly recipients: readonly Recipient[] },
): Promise<boolean> {
  const { quietMs, oncePerKey } = throttleRules[warning.kind];
  const to = recipients.map(({ channel, address }) => `${channel}|${address}`);
  const rule = [String(quietMs), oncePerKey ? '1' : '0'];
  const args = [warning.kind, warning.key, ...rule, warningJson(warning), ...to];
  return isOne(await runner.run(scripts.raise, [outage, deliveries], args));
}

/** False when the last warning of this kind has another key by now. */
export async function changeReportedKey(
  runner: ScriptRunner,
  { outage }: StoreKeys,
  { of, expectedKey, key }: { readonly of: WarningKind; readonly expectedKey: string; readonly key: string },
): Promise<boolean> {
  return isOne(await runner.run(scripts.changeKey, [outage], [of, expectedKey, key]));
}

/** The last warning of each kind, from the outage's fields. */
export function reportedWarnings(hash: ReadonlyMap<string, string>): ReportedWarnings {
  const reported: Partial<Record<WarningKind, ReportedWarning>> = {};
  for (const kind of warningKinds) {
    const [, raisedMs, key] = /^(\d+)\|(.*)$/s.exec(hash.get(`notice:${kind}`) ?? '') ?? [];
    if (raisedMs !== undefined && key !== undefined) reported[kind] = { raisedMs: Number(raisedMs), key };
  }
  return reported;
}

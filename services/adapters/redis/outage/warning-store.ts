/** Notices in Redis: raises them by a script that keeps the once-rule of their kind. */

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

const scripts = { raise: luaScript('outage/raise-notice-2'), note: luaScript('outage/note-notice-1') };

export interface NoticeStoreOptions {
  readonly superadminIds: readonly string[];
}

export function redisWarningStore(
  runner: ScriptRunner,
  keys: StoreKeys,
  { superadminIds }: NoticeStoreOptions,
): WarningStore {
  const recipients = allRecipients(superadminIds);
  return { raise: (notice) => raiseNotice(runner, keys, { notice, recipients }) };
}

export async function raiseNotice(
  runner: ScriptRunner,
  { outage, deliveries }: StoreKeys,
  { notice, recipients }: { readonly notice: Warning; readonly recipients: readonly Recipient[] },
): Promise<boolean> {
  const { quietMs, oncePerKey } = throttleRules[notice.kind];
  const to = recipients.map(({ channel, address }) => `${channel}|${address}`);
  const rule = [String(quietMs), oncePerKey ? '1' : '0'];
  const args = [notice.kind, notice.key, ...rule, warningJson(notice), ...to];
  return isOne(await runner.run(scripts.raise, [outage, deliveries], args));
}

export async function noteNotice(
  runner: ScriptRunner,
  { outage }: StoreKeys,
  { of, expectedKey, key }: { readonly of: WarningKind; readonly expectedKey: string; readonly key: string },
): Promise<boolean> {
  return isOne(await runner.run(scripts.note, [outage], [of, expectedKey, key]));
}

/** The last notice of each kind, out of the outage's fields. */
export function toldNotices(hash: ReadonlyMap<string, string>): ReportedWarnings {
  const told: Partial<Record<WarningKind, ReportedWarning>> = {};
  for (const kind of warningKinds) {
    const [, raisedMs, key] = /^(\d+)\|(.*)$/s.exec(hash.get(`notice:${kind}`) ?? '') ?? [];
    if (raisedMs !== undefined && key !== undefined) told[kind] = { raisedMs: Number(raisedMs), key };
  }
  return told;
}

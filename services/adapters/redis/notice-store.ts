/** Notices in Redis: raises them by a script that keeps the once-rule of their kind. */
import type { NoticeStore } from '../../core/notifications/notice-store.ts';
import {
  everybody,
  type NewNotice,
  type NoticeKind,
  noticeKinds,
  noticeText,
  onceRules,
  type ToldNotice,
  type ToldNotices,
} from '../../core/notifications/notices.ts';
import type { Recipient } from '../../core/outage/outage.ts';
import type { StoreKeys } from '../../core/store-keys.ts';
import { luaScript, type ScriptRunner } from './lua-scripts.ts';
import { isOne } from './script-replies.ts';

const scripts = { raise: luaScript('raise-notice-2'), note: luaScript('note-notice-1') };

export interface NoticeStoreOptions {
  readonly superadminIds: readonly string[];
}

export function redisNoticeStore(
  runner: ScriptRunner,
  keys: StoreKeys,
  { superadminIds }: NoticeStoreOptions,
): NoticeStore {
  const recipients = everybody(superadminIds);
  return { raise: (notice) => raiseNotice(runner, keys, { notice, recipients }) };
}

export async function raiseNotice(
  runner: ScriptRunner,
  { outage, deliveries }: StoreKeys,
  { notice, recipients }: { readonly notice: NewNotice; readonly recipients: readonly Recipient[] },
): Promise<boolean> {
  const { quietMs, oncePerKey } = onceRules[notice.kind];
  const to = recipients.map(({ channel, address }) => `${channel}|${address}`);
  const rule = [String(quietMs), oncePerKey ? '1' : '0'];
  const args = [notice.kind, notice.key, ...rule, noticeText(notice), ...to];
  return isOne(await runner.run(scripts.raise, [outage, deliveries], args));
}

export async function noteNotice(
  runner: ScriptRunner,
  { outage }: StoreKeys,
  { of, judgedKey, key }: { readonly of: NoticeKind; readonly judgedKey: string; readonly key: string },
): Promise<boolean> {
  return isOne(await runner.run(scripts.note, [outage], [of, judgedKey, key]));
}

/** The last notice of each kind, out of the outage's fields. */
export function toldNotices(hash: ReadonlyMap<string, string>): ToldNotices {
  const told: Partial<Record<NoticeKind, ToldNotice>> = {};
  for (const kind of noticeKinds) {
    const [, raisedMs, key] = /^(\d+)\|(.*)$/s.exec(hash.get(`notice:${kind}`) ?? '') ?? [];
    if (raisedMs !== undefined && key !== undefined) told[kind] = { raisedMs: Number(raisedMs), key };
  }
  return told;
}

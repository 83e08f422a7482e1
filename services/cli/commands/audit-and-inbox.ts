/** `audit` and `inbox`: what happened, and which alerts the superadmins got. */
import type { InboxEntry } from '../../core/alerts/inbox-entry.ts';
import type { StoredAuditEntry } from '../../core/platform/audit-trail.ts';
import { oneLine, visible } from '../../core/platform/foreign-text.ts';
import { redactAll } from '../../core/platform/redaction.ts';
import { auditEntriesMax, inboxEntriesMax } from '../../core/platform/store-keys.ts';
import { type Invocation, shown as shownWord, UsageError } from '../command-line.ts';
import type { CliContext } from '../context.ts';
import { type CliExitCode, cliExitCodes } from '../exit-codes.ts';
import { timeText } from '../render.ts';
import { dependenciesOf, tokenOptional } from '../settings.ts';

/** The most that the trail keeps of a field is more than a screen. */
const fieldMax = 1000;

export async function audit(context: CliContext, invocation: Invocation): Promise<CliExitCode> {
  const count = invocation.integer('count', { default: 20, min: 1, max: auditEntriesMax });
  const { ports } = dependenciesOf(context, tokenOptional);
  const entries = await ports.audit.latest(count);
  if (invocation.isJson)
    context.terminal.answer(`${JSON.stringify(redactAll({ ok: true, entries }, ports.redact))}\n`);
  else if (entries.length === 0) context.terminal.answer('The audit trail is empty.\n');
  for (const entry of invocation.isJson ? [] : entries) {
    context.terminal.answer(auditText(entry, ports.redact));
  }
  return cliExitCodes.done;
}

/** A field is one line: a lock value that a stranger wrote makes no entry of its own. */
export function auditText(
  { id, event, who, why, before, after }: StoredAuditEntry,
  redact: (text: string) => string,
): string {
  const field = (text: string): string => oneLine(redact(text), fieldMax);
  const change = [before && `before: ${field(before)}`, after && after !== before && `after: ${field(after)}`]
    .filter(Boolean)
    .join('\n    ');
  const said = `${entryTime(field(id))}  ${field(event)}  by ${field(who)}: ${field(why)}`;
  return `${said}${change ? `\n    ${change}` : ''}\n`;
}

export async function inbox(context: CliContext, invocation: Invocation): Promise<CliExitCode> {
  const count = invocation.integer('count', { default: 10, min: 1, max: inboxEntriesMax });
  const wrong = invocation.words.find((word) => !/^[1-9]\d{0,15}$/.test(word));
  if (wrong !== undefined) throw new UsageError(`expected a Telegram id, got ${shownWord(wrong)}`);
  const { ports, settings } = dependenciesOf(context, tokenOptional);
  const ids = invocation.words.length > 0 ? invocation.words : settings.superadminIds;
  if (ids.length === 0) throw new UsageError('give a Telegram id, or set SUPERADMIN_TELEGRAM_IDS');
  const inboxes = [];
  for (const telegramId of ids) {
    const { entries, total } = await ports.inbox.list(telegramId, { skip: 0, count });
    const shown = invocation.has('unread') ? entries.filter(({ read }) => !read) : entries;
    const marked = invocation.has('mark-read') ? await ports.inbox.markRead(telegramId) : 0;
    inboxes.push({ telegramId, total, marked, notifications: shown });
  }
  if (invocation.isJson)
    context.terminal.answer(`${JSON.stringify(redactAll({ ok: true, inboxes }, ports.redact))}\n`);
  for (const { telegramId, total, marked, notifications } of invocation.isJson ? [] : inboxes) {
    const markedText = marked > 0 ? `, ${marked} marked as read` : '';
    const entries = total === 1 ? '1 entry' : `${total} entries`;
    context.terminal.answer(`${telegramId}: ${entries}${markedText}\n`);
    for (const entry of notifications) context.terminal.answer(inboxText(entry, ports.redact));
  }
  return cliExitCodes.done;
}

export function inboxText({ ts, title, text, read }: InboxEntry, redact: (text: string) => string): string {
  const time = Number.isNaN(Date.parse(ts)) ? oneLine(redact(ts), fieldMax) : timeText(Date.parse(ts));
  const lines = visible(redact(text)).replaceAll('\n', '\n      ');
  return `  ${read ? ' ' : '●'} ${time}  ${oneLine(redact(title), fieldMax)}\n      ${lines}\n`;
}

/** The id of a stream entry begins with its time. */
function entryTime(id: string): string {
  const ms = Number(id.split('-')[0]);
  return Number.isFinite(ms) ? timeText(ms) : id;
}

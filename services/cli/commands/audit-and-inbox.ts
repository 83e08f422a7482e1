/** `audit` and `inbox`: what happened, and which alerts the superadmins got. */
import { redactAll } from '../../core/platform/redaction.ts';
import { auditEntriesMax, inboxEntriesMax } from '../../core/platform/store-keys.ts';
import { type Invocation, shown as shownWord, UsageError } from '../command-line.ts';
import type { CliContext } from '../context.ts';
import { type CliExitCode, cliExitCodes } from '../exit-codes.ts';
import { timeText } from '../render.ts';
import { dependenciesOf, tokenOptional } from '../settings.ts';

export async function audit(context: CliContext, invocation: Invocation): Promise<CliExitCode> {
  const count = invocation.integer('count', { default: 20, min: 1, max: auditEntriesMax });
  const { ports } = dependenciesOf(context, tokenOptional);
  const entries = await ports.audit.latest(count);
  if (invocation.isJson)
    context.terminal.answer(`${JSON.stringify(redactAll({ ok: true, entries }, ports.redact))}\n`);
  else if (entries.length === 0) context.terminal.answer('The audit trail is empty.\n');
  for (const { id, event, who, why, before, after } of invocation.isJson ? [] : entries) {
    const change = [before && `before: ${before}`, after && after !== before && `after: ${after}`]
      .filter(Boolean)
      .join('\n    ');
    const text = `${entryTime(id)}  ${event}  by ${who}: ${why}${change ? `\n    ${change}` : ''}\n`;
    context.terminal.answer(ports.redact(text));
  }
  return cliExitCodes.done;
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
    for (const { ts, title, text, read } of notifications) {
      const indented = text.replaceAll('\n', '\n      ');
      const time = Number.isNaN(Date.parse(ts)) ? ts : timeText(Date.parse(ts));
      context.terminal.answer(ports.redact(`  ${read ? ' ' : '●'} ${time}  ${title}\n      ${indented}\n`));
    }
  }
  return cliExitCodes.done;
}

/** The id of a stream entry begins with its time. */
function entryTime(id: string): string {
  const ms = Number(id.split('-')[0]);
  return Number.isFinite(ms) ? timeText(ms) : id;
}

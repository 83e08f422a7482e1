/** `inbox` and `audit`: what was told, and what happened. */
import { auditEntriesMax, inboxEntriesMax } from '../../core/platform/store-keys.ts';
import { type Invocation, UsageError } from '../command-line.ts';
import type { CliContext } from '../context.ts';
import { type CliExitCode, cliExitCodes } from '../exit-codes.ts';
import { dependenciesOf, tokenOptional } from '../settings.ts';

export async function audit(context: CliContext, invocation: Invocation): Promise<CliExitCode> {
  const count = invocation.integer('count', { default: 20, min: 1, max: auditEntriesMax });
  const { ports } = dependenciesOf(context, tokenOptional);
  const entries = await ports.audit.latest(count);
  if (invocation.isJson) context.terminal.answer(`${JSON.stringify({ ok: true, entries })}\n`);
  else if (entries.length === 0) context.terminal.answer('The audit trail is empty.\n');
  for (const { id, event, who, why, before, after } of invocation.isJson ? [] : entries) {
    const change = [before && `before: ${before}`, after && after !== before && `after: ${after}`]
      .filter(Boolean)
      .join('\n    ');
    const text = `${momentOf(id)}  ${event}  by ${who}: ${why}${change ? `\n    ${change}` : ''}\n`;
    context.terminal.answer(ports.redact(text));
  }
  return cliExitCodes.done;
}

export async function inbox(context: CliContext, invocation: Invocation): Promise<CliExitCode> {
  const count = invocation.integer('count', { default: 10, min: 1, max: inboxEntriesMax });
  const wrong = invocation.words.find((word) => !/^[1-9]\d{0,15}$/.test(word));
  if (wrong !== undefined)
    throw new UsageError(`expected a Telegram id, got ${JSON.stringify(wrong.slice(0, 40))}`);
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
  if (invocation.isJson) context.terminal.answer(`${JSON.stringify({ ok: true, inboxes })}\n`);
  for (const { telegramId, total, marked, notifications } of invocation.isJson ? [] : inboxes) {
    const markedText = marked > 0 ? `, ${marked} now marked as read` : '';
    context.terminal.answer(`${telegramId}: ${total} notifications${markedText}\n`);
    for (const { ts, title, text, read } of notifications) {
      const indented = text.replaceAll('\n', '\n      ');
      context.terminal.answer(ports.redact(`  ${read ? ' ' : '●'} ${ts}  ${title}\n      ${indented}\n`));
    }
  }
  return cliExitCodes.done;
}

/** A stream's id begins with its time. */
function momentOf(id: string): string {
  const ms = Number(id.split('-')[0]);
  return Number.isFinite(ms) ? new Date(ms).toISOString() : id;
}

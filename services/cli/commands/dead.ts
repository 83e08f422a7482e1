/** `dead list` and `dead retry`: shows the dead letters, and puts them back into the journal. */
import { redisDeadLetters } from '../../adapters/redis/journal/dead-letters.ts';
import { upstashStore } from '../../adapters/redis/upstash-store.ts';
import { storeTimeoutMs } from '../../core/monitor/monitor.ts';
import { reasonError, requesterError } from '../../core/ops/payload.ts';
import { oneLine } from '../../core/platform/foreign-text.ts';
import { redactAll } from '../../core/platform/redaction.ts';
import { storeKeys } from '../../core/platform/store-keys.ts';
import type { DeadLetters, RetryOutcome } from '../../core/updates/dead-letters.ts';
import { type Invocation, UsageError } from '../command-line.ts';
import type { CliContext } from '../context.ts';
import { type CliExitCode, cliExitCodes } from '../exit-codes.ts';
import { dependenciesOf, tokenOptional } from '../settings.ts';

const handOver =
  'They are handled when the next term begins: a leader reads the journal only at the start of its term.\n' +
  'Hand over now with: npx staffprobot release-lock   (or restart the worker)';
const shownMax = 200;
const outcomeTexts: Readonly<Record<RetryOutcome, string>> = {
  'put back': 'put back',
  'put back as it is': 'put back as it is: this version cannot read it, so only a newer one will handle it',
  'there already': 'there already',
  'id in use': 'the journal holds another update with this id: retry when that has been handled',
  unknown: 'unknown',
};

export async function dead(context: CliContext, invocation: Invocation): Promise<CliExitCode> {
  const [verb, ...ids] = invocation.words;
  if (verb === 'list' && ids.length === 0 && !invocation.has('all')) return list(context, invocation);
  if (verb === 'retry' && ids.length > 0 !== invocation.has('all')) return retry(context, invocation, ids);
  throw new UsageError('expected "dead list", "dead retry ID…" or "dead retry --all"');
}

async function list(context: CliContext, invocation: Invocation): Promise<CliExitCode> {
  const { letters, redact } = await deadLetters(context);
  const all = await letters.list();
  if (invocation.isJson) {
    const entries = all.map(({ id, attempts, update }) => ({ id, attempts, update: jsonOf(update) }));
    context.terminal.answer(`${JSON.stringify(redactAll({ ok: true, dead: entries }, redact))}\n`);
    return cliExitCodes.done;
  }
  context.terminal.answer(
    all.length === 0 ? 'There are no dead letters.\n' : `Dead letters: ${all.length}\n`,
  );
  for (const { id, attempts, update } of all) {
    // Masked before it is cut: less than half of a secret is not recognised.
    const shown = oneLine(redact(update), shownMax);
    context.terminal.answer(`  ${id}  tried ${attempts} times  ${shown}\n`);
  }
  if (all.length > 0) context.terminal.tell('Put one back with: npx staffprobot dead retry ID');
  return cliExitCodes.done;
}

async function retry(
  context: CliContext,
  invocation: Invocation,
  given: readonly string[],
): Promise<CliExitCode> {
  const reason = {
    who: invocation.text('as') ?? context.requester,
    why: invocation.text('reason') ?? 'by hand from the command line',
  };
  const problem = requesterError('--as', reason.who) ?? reasonError('--reason', reason.why);
  if (problem !== undefined) throw new UsageError(problem.message);
  const { letters } = await deadLetters(context);
  const ids = invocation.has('all') ? (await letters.list()).map(({ id }) => id) : given;
  const results: { id: string; outcome: RetryOutcome }[] = [];
  for (const id of ids) results.push({ id, outcome: await letters.retry(id, reason) });
  const isInJournal = ({ outcome }: { outcome: RetryOutcome }): boolean =>
    outcome !== 'unknown' && outcome !== 'id in use';
  const isDone = results.every(isInJournal);
  if (invocation.isJson) context.terminal.answer(`${JSON.stringify({ ok: isDone, retried: results })}\n`);
  else if (results.length === 0) context.terminal.answer('There are no dead letters.\n');
  else
    context.terminal.answer(results.map(({ id, outcome }) => `  ${id}  ${outcomeTexts[outcome]}\n`).join(''));
  if (results.some(isInJournal)) context.terminal.tell(handOver);
  return isDone ? cliExitCodes.done : cliExitCodes.failed;
}

async function deadLetters(
  context: CliContext,
): Promise<{ letters: DeadLetters; redact: (text: string) => string }> {
  const { settings, ports } = dependenciesOf(context, tokenOptional);
  const { url, token, keyPrefix } = settings.store;
  const store = upstashStore({ url, token, timeoutMs: storeTimeoutMs });
  return { letters: redisDeadLetters(store, storeKeys(keyPrefix)), redact: ports.redact };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** `dead list` and `dead retry`: updates that were given up, and another chance for them. */
import { redisDeadLetters } from '../../adapters/redis/journal/dead-letters.ts';
import { upstashStore } from '../../adapters/redis/upstash-store.ts';
import { storeTimeoutMs } from '../../core/monitor/monitor.ts';
import { storeKeys } from '../../core/platform/store-keys.ts';
import type { DeadLetters } from '../../core/updates/dead-letters.ts';
import { type Invocation, UsageError } from '../command-line.ts';
import type { CliContext } from '../context.ts';
import { type CliExitCode, cliExitCodes } from '../exit-codes.ts';
import { dependenciesOf, tokenOptional } from '../settings.ts';

const handOver =
  'They are handled when the next term begins: a leader reads the journal only at the beginning of its own.\n' +
  'Hand over now with: npx staffprobot release-lock   (or restart the worker)';
const shownMax = 200;

export async function dead(context: CliContext, invocation: Invocation): Promise<CliExitCode> {
  const [verb, ...ids] = invocation.words;
  if (verb === 'list' && ids.length === 0 && !invocation.has('all')) return list(context, invocation);
  if (verb === 'retry' && ids.length > 0 !== invocation.has('all')) return retry(context, invocation, ids);
  throw new UsageError('expected "dead list", "dead retry ID…" or "dead retry --all"');
}

async function list(context: CliContext, invocation: Invocation): Promise<CliExitCode> {
  const { updates, redact } = await deadUpdates(context);
  const all = await updates.list();
  if (invocation.isJson) {
    const entries = all.map(({ id, attempts, update }) => ({ id, attempts, update: jsonOf(update) }));
    context.terminal.answer(`${JSON.stringify({ ok: true, dead: entries })}\n`);
    return cliExitCodes.done;
  }
  context.terminal.answer(all.length === 0 ? 'No update was given up.\n' : `${all.length} given up:\n`);
  for (const { id, attempts, update } of all) {
    const shown = update.length > shownMax ? `${update.slice(0, shownMax)}…` : update;
    context.terminal.answer(redact(`  ${id}  tried ${attempts} times  ${shown}\n`));
  }
  if (all.length > 0) context.terminal.tell('Put one back with: npx staffprobot dead retry ID');
  return cliExitCodes.done;
}

async function retry(
  context: CliContext,
  invocation: Invocation,
  given: readonly string[],
): Promise<CliExitCode> {
  const { updates } = await deadUpdates(context);
  const ids = invocation.has('all') ? (await updates.list()).map(({ id }) => id) : given;
  const reason = {
    who: invocation.text('as') ?? context.requester,
    why: invocation.text('reason') ?? 'by hand from the command line',
  };
  const results: { id: string; outcome: Awaited<ReturnType<DeadLetters['retry']>> }[] = [];
  for (const id of ids) results.push({ id, outcome: await updates.retry(id, reason) });
  const isAllKnown = results.every(({ outcome }) => outcome !== 'unknown');
  const isOneThere = results.some(({ outcome }) => outcome !== 'unknown');
  if (invocation.isJson) context.terminal.answer(`${JSON.stringify({ ok: isAllKnown, retried: results })}\n`);
  else if (results.length === 0) context.terminal.answer('No update was given up.\n');
  else context.terminal.answer(results.map(({ id, outcome }) => `  ${id}  ${outcome}\n`).join(''));
  if (isOneThere) context.terminal.tell(handOver);
  return isAllKnown ? cliExitCodes.done : cliExitCodes.failed;
}

async function deadUpdates(
  context: CliContext,
): Promise<{ updates: DeadLetters; redact: (text: string) => string }> {
  const { settings, ports } = dependenciesOf(context, tokenOptional(context.environment));
  const { url, token, keyPrefix } = settings.store;
  const store = upstashStore({ url, token, timeoutMs: storeTimeoutMs });
  return { updates: redisDeadLetters(store, storeKeys(keyPrefix)), redact: ports.redact };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

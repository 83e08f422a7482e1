/** `unbind`: frees the store from the bot that it belongs to, so that another bot can use it. */
import { redisStoreBinding } from '../../adapters/redis/lease/store-binding.ts';
import { upstashStore } from '../../adapters/redis/upstash-store.ts';
import type { LockOverride } from '../../core/lease/lock-store.ts';
import { describeHolder } from '../../core/lease/lock-value.ts';
import type { BoundStore, StoreBinding, Unbinding } from '../../core/lease/store-binding.ts';
import { storeTimeoutMs } from '../../core/monitor/monitor.ts';
import { OpsRefusal } from '../../core/ops/ops-ports.ts';
import { storeKeys } from '../../core/platform/store-keys.ts';
import { type Invocation, UsageError } from '../command-line.ts';
import type { CliContext } from '../context.ts';
import { type CliExitCode, cliExitCodes } from '../exit-codes.ts';
import { dependenciesOf, tokenOptional } from '../settings.ts';
import { isConfirmed } from './actions.ts';

export async function unbind(context: CliContext, invocation: Invocation): Promise<CliExitCode> {
  const mustAsk = !invocation.has('yes');
  if (mustAsk && !context.terminal.canAsk)
    throw new UsageError('unbind asks for confirmation, and there is no terminal: add --yes');
  const { binding, lock } = storeOf(context);
  const bound = await binding.read();
  const held = await lock.read();
  if (held !== undefined) throw refusal({ kind: 'lock held', held, moved: 0 });
  if (mustAsk && !isFree(bound) && !(await isConfirmed(context, question(bound)))) {
    context.terminal.tell('Nothing was changed.');
    return cliExitCodes.failed;
  }
  const reason = {
    who: invocation.text('as') ?? context.requester,
    why: invocation.text('reason') ?? 'by hand from the command line',
  };
  const result = await binding.unbind(bound.botId, reason);
  if (result.kind !== 'unbound') throw refusal(result);
  const { moved } = result;
  const answer = { ok: true, action: 'unbind', bot: bound.botId ?? null, movedToDeadLetters: moved };
  context.terminal.answer(invocation.isJson ? `${JSON.stringify(answer)}\n` : doneText(bound, moved));
  return cliExitCodes.done;
}

function storeOf(context: CliContext): { binding: StoreBinding; lock: LockOverride } {
  const { settings, ports } = dependenciesOf(context, tokenOptional);
  const { url, token, keyPrefix } = settings.store;
  const store = upstashStore({ url, token, timeoutMs: storeTimeoutMs });
  return { binding: redisStoreBinding(store, storeKeys(keyPrefix)), lock: ports.lock };
}

function isFree({ botId, journaled }: BoundStore): boolean {
  return botId === undefined && journaled === 0;
}

function question({ botId, journaled }: BoundStore): string {
  const owner = botId === undefined ? 'no bot yet' : `bot ${botId}`;
  return (
    `The store belongs to ${owner}; its journal holds ${journaled} unfinished updates.\n` +
    'They become dead letters, and the next bot that takes the lock here owns the store.\nGo on? [y/N] '
  );
}

function doneText(bound: BoundStore, moved: number): string {
  if (isFree(bound) && moved === 0) return 'The store belongs to no bot: there is nothing to do.\n';
  const was = bound.botId === undefined ? '' : ` any more (it was bot ${bound.botId}'s)`;
  return `The store belongs to no bot${was}. Updates of its journal that are dead letters now: ${moved}.\n`;
}

function refusal(result: Exclude<Unbinding, { kind: 'unbound' }>): OpsRefusal {
  const moved =
    result.moved === 0
      ? 'nothing was changed'
      : `${result.moved} updates are dead letters already, the rest is as it was`;
  if (result.kind === 'other bot') {
    const message = `unbind: the store belongs to bot ${result.botId} since; ${moved}; run it again if you mean that bot`;
    return new OpsRefusal({ code: 'OTHER_BOT', message });
  }
  const holder = describeHolder(result.held.value);
  const message = `unbind: the polling lock is held by ${holder}; ${moved}; stop that worker first, then run it again`;
  return new OpsRefusal({ code: 'LOCK_HELD', message });
}

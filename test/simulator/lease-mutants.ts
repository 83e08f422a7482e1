/** Mutants of the lease. The simulator must catch every one. */
import { readClocks } from '../../services/core/lease/act-window.ts';
import { Lease } from '../../services/core/lease/lease.ts';
import { TelegramReach } from '../../services/core/lease/telegram-reach.ts';
import { Term } from '../../services/core/lease/term.ts';
import { storeKeys } from '../../services/core/platform/store-keys.ts';
import { Fetcher } from '../../services/core/updates/fetcher.ts';
import { type Mutant, methodMutant, scriptMutant } from './mutant.ts';

interface TermInside {
  clock: Parameters<typeof readClocks>[0];
  renewed: Term['renewed'];
  end: Term['end'];
  overSignal: AbortSignal;
  deadlineMs: number;
  endingSignal: AbortSignal;
}

const renewed = Term.prototype.renewed;

const { attempt } = Lease.prototype as unknown as { attempt(value: string): Promise<unknown> };

/** The value of a process's first term, used for all its later terms. */
const valuesOfProcesses = new WeakMap<object, string>();
const freshValue = (Lease.prototype as unknown as { freshValue(): string }).freshValue;

export const leaseMutants: readonly Mutant[] = [
  methodMutant('deadline counted from the answer', Term.prototype, {
    renewed(this: TermInside) {
      renewed.call(this as unknown as Term, readClocks(this.clock));
    },
  }),
  methodMutant('lock value made once per process', Lease.prototype, {
    freshValue(this: object) {
      const value = valuesOfProcesses.get(this) ?? (freshValue.call(this) as string);
      valuesOfProcesses.set(this, value);
      return value;
    },
  }),
  methodMutant('a term’s first heartbeat is on the worker’s own clock', Lease.prototype, {
    storeAheadMs: () => 0,
  }),
  scriptMutant('forced release is a plain delete', 'lease/revoke-polling-lock-3', [
    "if redis.call('GET', KEYS[2]) ~= value then",
    "redis.call('DEL', KEYS[1])\nif redis.call('GET', KEYS[2]) ~= value then",
  ]),
  scriptMutant('another bot takes the lock', 'lease/acquire-polling-lock-8', [
    'owner and owner ~= ARGV[6]',
    'false',
  ]),
  scriptMutant('a lost epoch begins at 0 beside a journal', 'lease/acquire-polling-lock-8', [
    "is_new and '0' or",
    "true and '0' or",
  ]),
  methodMutant('a suspended machine is not noticed', Term.prototype, {
    mayAct(this: TermInside) {
      if (this.clock.monotonicMs() >= this.deadlineMs) this.end('expired');
      return !this.overSignal.aborted;
    },
  }),
  methodMutant('a standby waits for the wake-up alone', Lease.prototype, {
    async attempt(this: object, value: string) {
      const outcome = await attempt.call(this, value);
      return outcome instanceof Term ? outcome : { waitMs: Number.MAX_SAFE_INTEGER };
    },
  }),
  methodMutant('a store’s clock that moves is not noticed', Term.prototype, { storeAnswered() {} }),
  methodMutant('a leader that cannot reach Telegram keeps the lock', TelegramReach.prototype, {
    isLost: async () => false,
  }),
  methodMutant('a poll that connects slowly goes out after the term', Fetcher.prototype, {
    pollAbort: () => ({ signal: new AbortController().signal, dispose() {} }),
  }),
  scriptMutant('a dead letter put back is lost', 'journal/retry-dead-3', [
    "redis.call('HSET', KEYS[2], id, attempt and string.format('0 %.0f ', tonumber(epoch)) .. update or letter)",
    '',
  ]),
  scriptMutant('no quarantine after a wiped store', 'lease/acquire-polling-lock-8', [
    "redis.call('EXISTS', KEYS[3]) == 0",
    'false',
  ]),
  scriptMutant('renewal without an owner check', 'lease/renew-polling-lock-5', [
    "redis.call('GET', KEYS[1]) ~= value",
    "redis.call('EXISTS', KEYS[1]) == 0",
  ]),
  {
    name: 'a refused start releases the lock',
    install: () => () => {},
    mutation: {
      wrapLockStore: (store, raw) => ({
        ...store,
        async acquire(value, ttlMs) {
          const reply = await store.acquire(value, ttlMs);
          if (reply.kind === 'held') raw.execute(['DEL', storeKeys('').lock]);
          return reply;
        },
      }),
    },
  },
  methodMutant('a flag set by a timer instead of reading the clock', Term.prototype, {
    mayAct(this: TermInside) {
      if (!this.overSignal.aborted && !timed.has(this)) {
        timed.add(this);
        void expireByTimer(this);
      }
      return !this.overSignal.aborted;
    },
  }),
];

const timed = new WeakSet<object>();

async function expireByTimer(term: TermInside): Promise<void> {
  while (!term.overSignal.aborted && term.clock.monotonicMs() < term.deadlineMs) {
    await term.clock.sleep(term.deadlineMs - term.clock.monotonicMs(), term.overSignal);
  }
  term.end('expired');
}

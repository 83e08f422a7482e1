/**
 * Mutants: the program with one rule removed, as found in the wild. The simulator must catch every one.
 *
 * A script mutant changes the script's source. A method mutant patches a class for the length of a run and restores it
 * afterwards. Both fail if what they change no longer exists.
 */
import { readClocks } from '../../services/core/lease/act-window.ts';
import { Lease } from '../../services/core/lease/lease.ts';
import { TelegramReach } from '../../services/core/lease/telegram-reach.ts';
import { Term } from '../../services/core/lease/term.ts';
import { storeKeys } from '../../services/core/platform/store-keys.ts';
import { Fetcher } from '../../services/core/updates/fetcher.ts';
import type { ReceivedUpdate } from '../../services/core/updates/handler-run.ts';
import { Lanes } from '../../services/core/updates/lanes.ts';
import { PollingSession } from '../../services/core/updates/polling-session.ts';
import { UpdateLedger } from '../../services/core/updates/update-ledger.ts';
import type { Mutation } from './mutation.ts';
import { mutatedScript } from './script-mutant.ts';

export interface Mutant {
  readonly name: string;
  readonly mutation: Mutation;
  /** Installs the mutant; returns the function that removes it. */
  install(): () => void;
}

function scriptMutant(name: string, script: string, change: readonly [string, string]): Mutant {
  return { name, mutation: { sourceOf: mutatedScript(script, change) }, install: () => () => {} };
}

/** Replaces methods, even private ones. */
function methodMutant(name: string, owner: object, methods: Readonly<Record<string, unknown>>): Mutant {
  return {
    name,
    mutation: {},
    install() {
      const originals = Object.keys(methods).map((method) => {
        const original = Object.getOwnPropertyDescriptor(owner, method);
        if (original === undefined) throw new Error(`there is no method ${method}`);
        return [method, original] as const;
      });
      for (const [method, value] of Object.entries(methods)) {
        Object.defineProperty(owner, method, { value, configurable: true, writable: true });
      }
      return () => {
        for (const [method, original] of originals) Object.defineProperty(owner, method, original);
      };
    },
  };
}

interface TermInside {
  clock: Parameters<typeof readClocks>[0];
  renewed: Term['renewed'];
  end: Term['end'];
  overSignal: AbortSignal;
  deadlineMs: number;
  endingSignal: AbortSignal;
}

const renewed = Term.prototype.renewed;

/** The value of a process's first term, used for all its later terms. */
const valuesOfProcesses = new WeakMap<object, string>();
const freshValue = (Lease.prototype as unknown as { freshValue(): string }).freshValue;

const addToLane = Lanes.prototype.add as (received: ReceivedUpdate) => void;

const deliveryMutants: readonly Mutant[] = [
  methodMutant('confirms updates that are neither handled nor journaled', PollingSession.prototype, {
    async settleBatch() {},
  }),
  methodMutant('each update has its own lane', Lanes.prototype, {
    add(this: Lanes<ReceivedUpdate>, received: ReceivedUpdate) {
      addToLane.call(this, Object.assign(received, { lane: String(received.update.update_id) }));
    },
  }),
  scriptMutant('attempts are not counted', 'journal/begin-attempts-3', [
    "'^(%d+) (%d+) (.*)$')",
    "'^(%d+) (%d+) (.*)$')\nattempt = '1'",
  ]),
  scriptMutant('the journal is written without the lock', 'journal/write-journal-3', [
    "redis.call('GET', KEYS[1]) ~= ARGV[1]",
    'false',
  ]),
  methodMutant('updates that a stop could not confirm are forgotten', UpdateLedger.prototype, {
    tombstones: () => [],
  }),
  methodMutant('finished entries stay in the journal', UpdateLedger.prototype, {
    removable: () => [],
  }),
  scriptMutant('dead letters are forgotten at once', 'journal/begin-attempts-3', [
    'mark_ended(id)\n    return 0',
    "redis.call('HDEL', KEYS[2], id)\n    return 0",
  ]),
];

export const mutants: readonly Mutant[] = [
  ...deliveryMutants,
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

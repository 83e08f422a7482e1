/**
 * Mutants of the monitor, each with one rule removed, as such bugs occur in the wild. The simulator must catch them all.
 *
 * A mutant of a script changes its source, and fails if the text to change is missing. A mutant of the program wraps
 * the monitor's store or clock.
 */
import { readHeartbeat } from '../../../services/core/lease/heartbeat.ts';
import type { OutageStore } from '../../../services/core/monitor/outage-store.ts';
import { mutatedScript } from '../script-mutant.ts';
import type { MonitorMutation } from './mutation.ts';

export interface MonitorMutant {
  readonly name: string;
  readonly mutation: MonitorMutation;
}

function scriptMutant(name: string, script: string, change: readonly [string, string]): MonitorMutant {
  return { name, mutation: { sourceOf: mutatedScript(`outage/${script}`, change) } };
}

/** A failed call fails again at once, as if it were never repeated. */
function withoutRepeats(store: OutageStore): OutageStore {
  let failure: unknown;
  const methods = Object.entries(store).map(([name, method]) => {
    const call = async (...args: readonly unknown[]): Promise<unknown> => {
      if (failure !== undefined) throw failure;
      try {
        return await (method as (...given: readonly unknown[]) => Promise<unknown>)(...args);
      } catch (error) {
        failure = error;
        throw error;
      }
    };
    return [name, call];
  });
  return Object.fromEntries(methods) as OutageStore;
}

const recheck = 'if not is_expected_heartbeat(KEYS[1], ARGV[1]) then';

export const monitorMutants: readonly MonitorMutant[] = [
  scriptMutant('a claim that other runs ignore', 'claim-delivery-3', [
    "local due = known and state == 'pending'",
    "local due = known and (state == 'pending' or state == 'claimed')",
  ]),
  scriptMutant('a claim that never ends', 'claim-delivery-3', ['tonumber(until_ms) <= now_ms', 'false']),
  scriptMutant('a repeat after a killed run is not marked', 'claim-delivery-3', [
    "ended and '1' or repeated",
    'repeated',
  ]),
  scriptMutant('a settlement that ignores the claim’s token', 'settle-delivery-2', [
    'token ~= ARGV[2]',
    'false',
  ]),
  scriptMutant('retry_after is not obeyed', 'settle-delivery-2', ['now_ms + tonumber(ARGV[4])', '0']),
  scriptMutant('an outage opens without a second check of the heartbeat', 'open-outage-5', [
    recheck,
    'if false then',
  ]),
  scriptMutant('the mark of a malformed heartbeat outlives a readable one', 'watch-bot-10', [
    'see_heartbeat(KEYS[6], text_of(KEYS[4]))',
    '',
  ]),
  scriptMutant('an outage opens beside an open one', 'open-outage-5', [
    "(earlier[1] or '') ~= ARGV[7]",
    'false',
  ]),
  scriptMutant('recovery goes to recipients that never got "down"', 'recover-outage-5', [
    "if state == 'pending' then",
    "if event == 'down' and state ~= 'sent' then told[#told + 1] = to end\n    if state == 'pending' then",
  ]),
  scriptMutant('recovery goes to nobody', 'recover-outage-5', ['told[#told + 1] = to', '']),
  scriptMutant('pending deliveries stay pending after recovery', 'recover-outage-5', [
    "redis.call('HSET', KEYS[4], all[i], 'cancelled' .. rest)",
    '',
  ]),
  scriptMutant('messages are not counted', 'open-outage-5', ['  note_message(KEYS[3], now_text)\n', '']),
  scriptMutant('an unstable time has no end', 'end-unstable-2', ["outage[2] ~= 'recovered'", 'true']),
  scriptMutant('"stable" goes to nobody', 'end-unstable-2', ['may_have_arrived(all[i + 1])', 'false']),
  scriptMutant('an outage that lasts in an unstable time is not told', 'extend-outage-2', [
    'for i = 6, #ARGV do\n  recipients[#recipients + 1] = ARGV[i]',
    "for i = 6, #ARGV do\n  recipients[#recipients + 1] = event ~= 'down' and ARGV[i] or nil",
  ]),
  scriptMutant('a snooze holds nothing back', 'claim-delivery-3', [
    "redis.call('EXISTS', KEYS[3]) == 1",
    'false',
  ]),
  scriptMutant('reminders go on although someone is on it', 'extend-outage-2', [
    "ARGV[2] == 'reminder' and outage[6]",
    'false',
  ]),
  scriptMutant('nobody remembers who cannot be reached', 'settle-delivery-2', ["ARGV[7] == '1'", 'false']),
  scriptMutant('"back" does not wait for a reminder under way', 'recover-outage-5', [
    "under_way[to] or '0', '')",
    "'0', '')",
  ]),
  scriptMutant('a "down" sent during recovery gets no "back"', 'settle-delivery-2', [
    "over and follow_up ~= ''",
    'false',
  ]),
  scriptMutant('a "down" that may have arrived before recovery gets no "back"', 'recover-outage-5', [
    "(state == 'sent' or repeated == '1')",
    "state == 'sent'",
  ]),
  scriptMutant('a "down" that may have arrived during recovery gets no "back"', 'settle-delivery-2', [
    "(settled == 'sent' or repeated == '1')",
    "settled == 'sent'",
  ]),
  scriptMutant('"back" does not wait for a "down" that may be on its way', 'settle-delivery-2', [
    "if settled == 'sent' or repeated ~= '1' then",
    'if true then',
  ]),
  scriptMutant('a warning without its throttle rule', 'raise-notice-2', [
    'if last_ms and (',
    'if false and (',
  ]),
  scriptMutant('every run plans the restart', 'extend-outage-2', [
    'reached >= tonumber(ARGV[3])',
    "(ARGV[2] ~= 'restart' and reached >= tonumber(ARGV[3]))",
  ]),
  scriptMutant('an automatic lock break counts as done by hand', 'watch-bot-10', [
    "fields.event == 'broken'",
    "(fields.event == 'broken' or fields.event == 'task-stopped')",
  ]),
  scriptMutant('every lock break is reported again', 'watch-bot-10', ['entry[1] ~= told and', '']),
  {
    name: 'a message is marked as sent before it is',
    mutation: {
      wrapStore: (store) => ({
        ...store,
        async claim(runId, token) {
          const claim = await store.claim(runId, token);
          if (claim !== undefined) await store.settle(claim, { kind: 'sent' });
          return claim;
        },
        settle: async () => true,
      }),
    },
  },
  {
    name: 'every outage is told as if the bot were not unstable',
    mutation: {
      wrapStore: (store) => ({
        ...store,
        open: (expected, outage) => store.open(expected, { ...outage, opening: { tell: 'down' } }),
      }),
    },
  },
  {
    name: 'reminders leave no room for the truth',
    mutation: {
      wrapStore: (store) => ({
        ...store,
        async observe(options) {
          const observation = await store.observe(options);
          const { memory } = observation;
          const hasReminded = (memory.outage?.reminders ?? 0) > 0;
          return hasReminded ? { ...observation, memory: { ...memory, messagesMs: [] } } : observation;
        },
      }),
    },
  },
  scriptMutant('the report of failing handlers is never taken back', 'report-handlers-1', [
    "redis.call('HDEL', KEYS[1], 'handlers')",
    '',
  ]),
  {
    name: 'handlers fail and nobody is told',
    mutation: {
      wrapWarnings: (store) => ({
        raise: async (warning) => (warning.kind === 'handlers-failing' ? true : store.raise(warning)),
      }),
    },
  },
  { name: 'one lost answer fails the run', mutation: { wrapStore: withoutRepeats } },
  { name: 'a run that was frozen beyond its claim still sends', mutation: { wrapTime: () => () => 50_000 } },
  {
    name: 'a blocked recipient is tried again',
    mutation: {
      wrapStore: (store) => ({
        ...store,
        settle: (claim, outcome) =>
          store.settle(
            claim,
            outcome.kind === 'dead'
              ? { kind: 'retry', delayMs: 0, mayHaveArrived: false, why: outcome.why }
              : outcome,
          ),
      }),
    },
  },
  {
    name: 'a send without an answer counts as not arrived',
    mutation: {
      wrapStore: (store) => ({
        ...store,
        settle: (claim, outcome) =>
          store.settle(claim, outcome.kind === 'retry' ? { ...outcome, mayHaveArrived: false } : outcome),
      }),
    },
  },
  {
    name: 'dead letters are compared by their number only',
    mutation: {
      wrapStore: (store) => ({
        ...store,
        async observe(options) {
          const observation = await store.observe(options);
          const { count } = observation.deadLetters;
          return count === 0 ? observation : { ...observation, deadLetters: { count, ids: undefined } };
        },
      }),
    },
  },
  {
    name: 'a malformed heartbeat counts as a sign of life',
    mutation: {
      wrapStore: (store) => ({
        ...store,
        async observe(options) {
          const observation = await store.observe(options);
          const { heartbeat, nowMs } = observation;
          if (heartbeat.kind !== 'malformed') return observation;
          const ts = new Date(nowMs).toISOString();
          const alive = readHeartbeat(JSON.stringify({ ts }));
          return { ...observation, heartbeat: { ...alive, raw: heartbeat.raw } as typeof heartbeat };
        },
      }),
    },
  },
];

/**
 * Everything that measures a lab's messages and polls, and the two loads that write messages into it.
 *
 * Tested by: test/lab/drills/drills.long.test.ts
 */
import type { UpstashStore } from '../../adapters/redis/upstash-store.ts';
import { heartbeatAgeSeconds } from '../../core/lease/heartbeat.ts';
import type { OutageStore } from '../../core/monitor/outage-store.ts';
import type { Clock } from '../../core/platform/clock.ts';
import type { StoreKeys } from '../../core/platform/store-keys.ts';
import { people } from '../chats/people.ts';
import { LoadGenerator } from '../load/load-generator.ts';
import { botId } from '../telegram-emulator/emulator.ts';
import type { RunningEmulator } from '../telegram-emulator/server.ts';
import { AnswerTimes } from './answer-times.ts';
import { FreshLatency } from './fresh-latency.ts';
import { PollWatch } from './poll-watch.ts';
import { Sampler } from './sampler.ts';

export interface Measurements {
  readonly polls: PollWatch;
  /** The messages of the load control and of the tour. */
  readonly load: LoadGenerator;
  /** A few messages that show a drill whether anything is lost. */
  readonly probe: LoadGenerator;
  readonly sampler: Sampler;
  /** How many updates the journal holds. */
  journalSize(): Promise<number>;
  /** How many updates the journal and the updates queue hold. */
  unfinished(): Promise<number>;
  close(): Promise<void>;
}

export interface MeasurementsDeps {
  readonly clock: Clock;
  readonly telegram: RunningEmulator;
  readonly botToken: string;
  readonly store: UpstashStore;
  readonly keys: StoreKeys;
  readonly outages: OutageStore;
  /** How many updates wait in the updates queue, or are held from it. */
  readonly queueSize: () => number;
}

/** The same emulator, but with the events of this bot alone: the emulator serves every token. */
export function forBot(token: string, emulator: RunningEmulator): RunningEmulator {
  const own = botId(token);
  return {
    ...emulator,
    onEvent: (listener) =>
      emulator.onEvent((event) => {
        if (event.botId === own) listener(event);
      }),
  };
}

/** Ranges of chat ids, apart from all people and from each other. */
const loadChatsFrom = 50_000_001;
const probeChatsFrom = 60_000_001;

export function startMeasurements(lab: MeasurementsDeps): Measurements {
  const { clock, telegram, botToken, store, keys, outages, queueSize } = lab;
  const journalSize = async (): Promise<number> => Number(await store.command(['HLEN', keys.journal]));
  const unfinished = async (): Promise<number> => (await journalSize()) + queueSize();
  const common = { emulator: telegram, token: botToken, clock };
  const polls = new PollWatch(common);
  const load = new LoadGenerator({ ...common, unfinished, firstChatId: loadChatsFrom });
  const probe = new LoadGenerator({ ...common, unfinished, firstChatId: probeChatsFrom });
  const ordinary = people.filter(({ isSuperadmin }) => !isSuperadmin).map(({ id }) => id);
  const answers = new AnswerTimes({ ...common, chatIds: ordinary });
  const latencies = [load, probe].map((one) => new FreshLatency({ clock, counts: () => one.view() }));
  const sampler = new Sampler({
    clock,
    emulator: telegram,
    heartbeatAge: async () => {
      const { heartbeat, nowMs } = await outages.observe({ noteRun: false });
      return heartbeatAgeSeconds(heartbeat, nowMs);
    },
    latency: () => {
      const [ofLoad, ofProbe] = latencies.map((one) => one.read());
      return ofLoad ?? ofProbe ?? answers.recent();
    },
  });
  sampler.start();
  return {
    polls,
    load,
    probe,
    sampler,
    journalSize,
    unfinished,
    async close() {
      polls.close();
      await Promise.all([load.close(), probe.close(), sampler.stop()]);
    },
  };
}

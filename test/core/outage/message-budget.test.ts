/** The rules of `outage-detector.ts` and `message-budget.ts` together, against hundreds of bots that come and go. */
import { describe, expect, it } from 'vitest';
import { readHeartbeat } from '../../../services/core/lease/heartbeat.ts';
import { hasRoomFor } from '../../../services/core/outage/message-budget.ts';
import type { OutageMemory, OutageSettings } from '../../../services/core/outage/outage.ts';
import { type Change, decide, steadyMs } from '../../../services/core/outage/outage-detector.ts';
import { Prng } from '../../simulator/prng.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const startMs = Date.UTC(2026, 2, 1);

type Message =
  | 'down'
  | 'unstable'
  | 'nothing'
  | 'recovered'
  | 'still unstable'
  | 'stable'
  | 'reminder'
  | 'acknowledged';
interface Told {
  readonly atMs: number;
  readonly message: Message;
}

/** What the scripts do with a change, in memory. */
function change(memory: OutageMemory, one: Change, nowMs: number): { memory: OutageMemory; told: Message } {
  const { outage, unstable } = memory;
  const tell = (message: Message, more: Partial<OutageMemory>) => ({
    memory: { ...memory, messagesMs: [nowMs, ...memory.messagesMs].slice(0, 6), ...more },
    told: message,
  });
  const silently = (more: Partial<OutageMemory>) => ({
    memory: { ...memory, ...more },
    told: 'nothing' as const,
  });
  switch (one.kind) {
    case 'open': {
      const id = `outage-${nowMs}`;
      const opened = {
        id,
        state: 'open',
        sinceMs: one.sinceMs,
        openedMs: nowMs,
        recoveredMs: null,
        reminders: 0,
        restarted: false,
        told: one.tell === 'down',
        acknowledged: null,
      } as const;
      const record = { outage: opened, alertFlag: id };
      if (one.tell === 'down') return tell('down', record);
      if (one.tell === 'nothing')
        return silently({ ...record, unstable: unstable && { ...unstable, outages: unstable.outages + 1 } });
      const { unstableSinceMs: sinceMs, outages } = one;
      return tell('unstable', {
        ...record,
        unstable: { id: `u-${nowMs}`, state: 'unstable', sinceMs, outages },
      });
    }
    case 'recover': {
      const record = {
        outage: outage && { ...outage, state: 'recovered' as const, recoveredMs: nowMs },
        alertFlag: null,
      };
      if (outage?.told !== true) return silently(record);
      return tell(unstable?.state === 'unstable' ? 'still unstable' : 'recovered', record);
    }
    case 'tell-down':
      return tell('down', { outage: outage && { ...outage, told: true } });
    case 'remind':
      return tell('reminder', { outage: outage && { ...outage, reminders: one.number } });
    case 'tell-acknowledged':
      return tell('acknowledged', {
        outage: outage && { ...outage, acknowledged: { by: one.by, told: true } },
      });
    case 'end-unstable':
      return tell('stable', { unstable: unstable && { ...unstable, state: 'stable' } });
    default:
      return silently({});
  }
}

interface Night {
  readonly told: readonly Told[];
  /** What was true after each run, and the last message by then. */
  readonly runs: readonly {
    readonly atMs: number;
    readonly last: Message | undefined;
    readonly memory: OutageMemory;
  }[];
}

/** One run a minute, about a bot that beats or is silent as chance has it, and mostly comes and goes. */
function night(seed: number, hours: number): Night {
  const chance = new Prng(seed);
  const settings: OutageSettings = {
    staleMs: chance.oneOf([30_000, 5 * minuteMs]),
    lateMs: 20_000,
    reminderMs: chance.oneOf([0, minuteMs, 10 * minuteMs, hourMs]),
    autoRestartMs: 0,
  };
  let memory: OutageMemory = {
    firstRunMs: startMs,
    malformedSinceMs: null,
    alertFlag: null,
    outage: null,
    unstable: null,
    messagesMs: [],
  };
  const told: Told[] = [];
  const runs: Night['runs'][number][] = [];
  let lastBeatMs = startMs;
  let phaseEndMs = startMs;
  let isUp = true;
  for (let nowMs = startMs; nowMs < startMs + hours * hourMs; nowMs += minuteMs) {
    if (nowMs >= phaseEndMs) {
      isUp = !isUp;
      phaseEndMs = nowMs + chance.integer(1, chance.oneOf([3, 8, 20, 45])) * minuteMs;
    }
    if (isUp) lastBeatMs = nowMs;
    const heartbeat = readHeartbeat(JSON.stringify({ ts: new Date(lastBeatMs).toISOString() }));
    for (const one of decide(memory, heartbeat, settings, nowMs).changes) {
      const result = change(memory, one, nowMs);
      memory = result.memory;
      if (result.told !== 'nothing') told.push({ atMs: nowMs, message: result.told });
    }
    const isNoticed = memory.outage?.state === 'open' && memory.outage.acknowledged === null;
    if (isNoticed && memory.outage !== null && chance.happens(0.02)) {
      memory = { ...memory, outage: { ...memory.outage, acknowledged: { by: 'someone', told: false } } };
    }
    const last = told.findLast(({ message }) => !['reminder', 'acknowledged'].includes(message))?.message;
    runs.push({ atMs: nowMs, last, memory });
  }
  return { told, runs };
}

const nights = Array.from({ length: 300 }, (_, seed) => night(seed + 1, 24));

describe('whatever the bot does', () => {
  it('no hour has more than six messages', () => {
    for (const { told } of nights) {
      for (const { atMs } of told) {
        expect(
          told.filter((one) => one.atMs >= atMs && one.atMs <= atMs + hourMs).length,
        ).toBeLessThanOrEqual(6);
      }
    }
    expect(nights.some(({ told }) => told.filter(({ atMs }) => atMs <= startMs + hourMs).length === 6)).toBe(
      true,
    );
  });

  it('the last message is true after every run', () => {
    for (const { runs } of nights) {
      for (const { last, memory } of runs) {
        const isOpen = memory.outage?.state === 'open';
        const isUnstable = memory.unstable?.state === 'unstable';
        if (last === 'down') expect(isOpen).toBe(true);
        if (last === 'recovered' || last === 'stable' || last === undefined)
          expect([isOpen, isUnstable]).toEqual([false, false]);
        if (last === 'unstable' || last === 'still unstable') expect(isUnstable).toBe(true);
      }
    }
  });

  it('the truth is told as soon as it is lasting and an hour has room for it', () => {
    for (const { runs } of nights) {
      for (const { last, memory, atMs } of runs) {
        const { outage, messagesMs } = memory;
        if (last !== 'unstable' && last !== 'still unstable') continue;
        if (outage?.state === 'open' && atMs - outage.openedMs > steadyMs)
          expect(hasRoomFor('down for good', messagesMs, atMs)).toBe(false);
        if (outage?.state === 'recovered' && atMs - (outage.recoveredMs ?? 0) >= steadyMs)
          expect(hasRoomFor('stable', messagesMs, atMs)).toBe(false);
      }
    }
  });
});

describe('hasRoomFor', () => {
  const ago = (...minutes: number[]) => minutes.map((minute) => startMs - minute * minuteMs);

  it.each([
    ['down', ago(1, 2, 3), true],
    ['down', ago(1, 2, 3, 4), false],
    ['down for good', ago(1, 2, 3, 4), true],
    ['down for good', ago(1, 2, 3, 4, 5), false],
    ['stable', ago(1, 2, 3, 4), true],
    ['stable', ago(1, 2, 3, 4, 5), false],
    ['down', ago(1, 2, 3, 69), false],
    ['down', ago(1, 2, 3, 70), true],
  ] as const)('%s after %j', (message, messagesMs, expected) => {
    expect(hasRoomFor(message, messagesMs, startMs)).toBe(expected);
  });
});

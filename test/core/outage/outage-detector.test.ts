import { describe, expect, it } from 'vitest';
import { type HeartbeatReading, readHeartbeat } from '../../../services/core/lease/heartbeat.ts';
import type { OutageMemory, OutageSettings } from '../../../services/core/outage/outage.ts';
import { type Change, decide } from '../../../services/core/outage/outage-detector.ts';

const staleMs = 300_000;
const nowMs = Date.UTC(2026, 2, 1, 3);
const settings: OutageSettings = { staleMs, lateMs: 60_000, reminderMs: 3_600_000, autoRestartMs: 0 };
const calm: OutageMemory = {
  firstRunMs: nowMs - 86_400_000,
  malformedSinceMs: null,
  alertFlag: null,
  outage: null,
  unstable: null,
  messagesMs: [],
};
const openOutage: OutageMemory = {
  ...calm,
  alertFlag: 'outage-1',
  outage: {
    id: 'outage-1',
    state: 'open',
    sinceMs: nowMs - 600_000,
    openedMs: nowMs - 299_000,
    recoveredMs: null,
    reminders: 0,
    restarted: false,
    told: true,
    acknowledged: null,
  },
};

function beat(ageMs: number): HeartbeatReading {
  return readHeartbeat(JSON.stringify({ ts: new Date(nowMs - ageMs).toISOString() }));
}

const absent = readHeartbeat(null);
const malformed = readHeartbeat('{"ts":"yesterday"}');
const kinds = (changes: readonly Change[]): string[] => changes.map(({ kind }) => kind);

describe('a heartbeat while no outage is open', () => {
  it.each([
    ['of this moment', beat(0), 'up', []],
    ['just under the limit', beat(staleMs - 1), 'up', []],
    ['exactly at the limit', beat(staleMs), 'up', []],
    ['a millisecond over the limit', beat(staleMs + 1), 'down', ['open']],
    ['a little from the future', beat(-5000), 'up', []],
    ['from the future by the limit', beat(-staleMs), 'up', []],
    ['from the far future', beat(-staleMs - 1), 'waiting', ['mark-malformed']],
    ['malformed for the first time', malformed, 'waiting', ['mark-malformed']],
  ] as const)('%s', (_name, heartbeat, verdict, changes) => {
    const decision = decide(calm, heartbeat, settings, nowMs);
    expect(decision.verdict.kind).toBe(verdict);
    expect(kinds(decision.changes)).toEqual(changes);
  });

  it('counts as silent from the first run of the monitor if it is absent', () => {
    const since = (ageMs: number) => ({ ...calm, firstRunMs: nowMs - ageMs });
    expect(decide(since(0), absent, settings, nowMs).verdict.kind).toBe('waiting');
    expect(decide(since(staleMs), absent, settings, nowMs).verdict.kind).toBe('waiting');
    expect(decide(since(staleMs + 1), absent, settings, nowMs)).toEqual({
      verdict: { kind: 'down', sinceMs: nowMs - staleMs - 1 },
      changes: [{ kind: 'open', sinceMs: nowMs - staleMs - 1, tell: 'down' }],
    });
  });

  it('opens an outage if it stays malformed for longer than the limit', () => {
    const since = (ageMs: number) => ({ ...calm, malformedSinceMs: nowMs - ageMs });
    expect(kinds(decide(since(staleMs), malformed, settings, nowMs).changes)).toEqual(['mark-malformed']);
    expect(kinds(decide(since(staleMs + 1), malformed, settings, nowMs).changes)).toEqual([
      'mark-malformed',
      'open',
    ]);
    expect(kinds(decide(since(staleMs + 1), beat(-staleMs - 1), settings, nowMs).changes)).toEqual([
      'mark-malformed',
      'open',
    ]);
  });

  it('is no longer marked malformed once it is readable again', () => {
    const decision = decide({ ...calm, malformedSinceMs: nowMs - 1000 }, beat(0), settings, nowMs);
    expect(decision.changes).toEqual([{ kind: 'mark-malformed', malformed: false }]);
  });
});

describe('an open outage', () => {
  it('ends with a fresh heartbeat', () => {
    const { verdict, changes } = decide(openOutage, beat(1000), settings, nowMs);
    expect(verdict.kind).toBe('up');
    expect(changes).toEqual([{ kind: 'recover', outageId: 'outage-1' }]);
  });

  it.each([
    ['a stale heartbeat', beat(staleMs + 1)],
    ['no heartbeat', absent],
    ['a heartbeat that has just become malformed', malformed],
    ['a heartbeat from the far future', beat(-staleMs - 1)],
  ])('neither ends nor opens again with %s', (_name, heartbeat) => {
    const { changes } = decide(openOutage, heartbeat, settings, nowMs);
    expect(kinds(changes)).not.toContain('recover');
    expect(kinds(changes)).not.toContain('open');
  });

  it('opens again if the flag was deleted by hand', () => {
    const { changes } = decide({ ...openOutage, alertFlag: null }, beat(staleMs + 1), settings, nowMs);
    expect(kinds(changes)).toEqual(['open']);
  });

  it('still recovers if the flag was deleted by hand', () => {
    const { changes } = decide({ ...openOutage, alertFlag: null }, beat(0), settings, nowMs);
    expect(changes).toEqual([{ kind: 'recover', outageId: 'outage-1' }]);
  });

  it('opens beside a foreign flag, which a fresh heartbeat clears', () => {
    const foreign = { ...calm, alertFlag: '1' };
    expect(kinds(decide(foreign, beat(0), settings, nowMs).changes)).toEqual(['recover']);
    expect(kinds(decide(foreign, beat(staleMs + 1), settings, nowMs).changes)).toEqual(['open']);
  });
});

describe('reminders and the automatic restart', () => {
  const openFor = (
    durationMs: number,
    more: { reminders?: number; restarted?: boolean } = {},
  ): OutageMemory => ({
    ...openOutage,
    outage: openOutage.outage && { ...openOutage.outage, openedMs: nowMs - durationMs, ...more },
  });
  const changesOf = (memory: OutageMemory, more: Partial<OutageSettings> = {}) =>
    decide(memory, beat(9_000_000), { ...settings, ...more }, nowMs).changes;

  it.each([
    ['reminds not before an hour', openFor(3_599_999), []],
    ['reminds after an hour', openFor(3_600_000), [{ kind: 'remind', outageId: 'outage-1', number: 1 }]],
    ['reminds no more within the second hour', openFor(4_000_000, { reminders: 1 }), []],
    [
      'reminds once after hours without a run',
      openFor(3 * 3_600_000, { reminders: 1 }),
      [{ kind: 'remind', outageId: 'outage-1', number: 3 }],
    ],
  ])('%s', (_name, memory, changes) => {
    expect(changesOf(memory)).toEqual(changes);
  });

  it('never reminds if reminders are off', () => {
    expect(changesOf(openFor(9 * 3_600_000), { reminderMs: 0 })).toEqual([]);
  });

  it('restarts once the outage has lasted long enough, and only once', () => {
    const restart = [{ kind: 'restart', outageId: 'outage-1' }];
    expect(changesOf(openFor(599_999), { autoRestartMs: 600_000 })).toEqual([]);
    expect(changesOf(openFor(600_000), { autoRestartMs: 600_000 })).toEqual(restart);
    expect(changesOf(openFor(900_000, { restarted: true }), { autoRestartMs: 600_000 })).toEqual([]);
  });
});

describe('a bot that comes and goes', () => {
  const minuteMs = 60_000;
  const recovered = (minutesAgo: number): OutageMemory => ({
    ...openOutage,
    alertFlag: null,
    outage: openOutage.outage && {
      ...openOutage.outage,
      state: 'recovered',
      recoveredMs: nowMs - minutesAgo * minuteMs,
    },
  });
  const unstable = { id: 'unstable-1', state: 'unstable', sinceMs: 1, outages: 3 } as const;
  const silentlyOpen = (minutes: number): OutageMemory => ({
    ...openOutage,
    unstable,
    outage: openOutage.outage && { ...openOutage.outage, told: false, openedMs: nowMs - minutes * minuteMs },
  });
  const changesOf = (memory: OutageMemory, heartbeat = beat(9_000_000)) =>
    decide(memory, heartbeat, { ...settings, reminderMs: 60_000 }, nowMs).changes;
  const sinceMs = nowMs - 9_000_000;

  it('is unstable if it goes down within 15 minutes of the last recovery, since the outage before', () => {
    expect(changesOf(recovered(15))).toEqual([{ kind: 'open', sinceMs, tell: 'down' }]);
    const unstableSinceMs = openOutage.outage?.sinceMs;
    expect(changesOf(recovered(14.9))).toEqual([
      { kind: 'open', sinceMs, tell: 'unstable', unstableSinceMs, outages: 2 },
    ]);
  });

  it('is told no more while that goes on', () => {
    expect(changesOf({ ...recovered(5), unstable })).toEqual([{ kind: 'open', sinceMs, tell: 'nothing' }]);
    expect(changesOf({ ...recovered(14), unstable }, beat(0))).toEqual([]);
    expect(changesOf(silentlyOpen(15))).toEqual([]);
  });

  it('is stable again after 15 minutes', () => {
    const end = [{ kind: 'end-unstable', unstableId: 'unstable-1' }];
    expect(changesOf({ ...recovered(15), unstable }, beat(0))).toEqual(end);
    expect(changesOf({ ...recovered(15), unstable }, malformed)).not.toContainEqual(end[0]);
  });

  it('is down for good after 15 minutes, and then there are reminders', () => {
    const memory = silentlyOpen(15.1);
    expect(changesOf(memory)).toEqual([{ kind: 'tell-down', outageId: 'outage-1' }]);
    const told = { ...memory, outage: memory.outage && { ...memory.outage, told: true } };
    expect(kinds(changesOf(told))).toEqual(['remind']);
  });

  it('gets a new alert if the flag was deleted by hand, even then', () => {
    expect(changesOf({ ...silentlyOpen(1), alertFlag: null })).toEqual([
      { kind: 'open', sinceMs, tell: 'down' },
    ]);
  });

  it('keeps its unstable time when it was stable for a while within the same hour', () => {
    const messagesMs = [20, 25, 30, 35].map((minutes) => nowMs - minutes * minuteMs);
    const memory = { ...recovered(20), unstable: { ...unstable, state: 'stable' as const }, messagesMs };
    expect(changesOf(memory)).toEqual([
      { kind: 'open', sinceMs, tell: 'unstable', unstableSinceMs: 1, outages: 4 },
    ]);
  });
});

describe('an acknowledged outage', () => {
  const acknowledged = (told: boolean): OutageMemory => ({
    ...openOutage,
    outage: openOutage.outage && { ...openOutage.outage, acknowledged: { by: 'the link sent to 101', told } },
  });
  const changesOf = (memory: OutageMemory) =>
    decide(memory, beat(9_000_000), { ...settings, reminderMs: 60_000 }, nowMs).changes;

  it('is told to the others once, and has no reminders', () => {
    expect(changesOf(acknowledged(false))).toEqual([
      { kind: 'tell-acknowledged', outageId: 'outage-1', by: 'the link sent to 101' },
    ]);
    expect(changesOf(acknowledged(true))).toEqual([]);
  });
});

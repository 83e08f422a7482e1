/** What drills demand of what they have measured: the cases in which a promise does not hold, which no good lab shows. */
import { describe, expect, it } from 'vitest';
import { textsFor } from '../../../services/bot/handlers/texts.ts';
import type { StoredAuditEntry } from '../../../services/core/platform/audit-trail.ts';
import { locales } from '../../../services/core/platform/locale.ts';
import { cut } from '../../../services/lab/drills/cut.ts';
import { demandAudited, workerOf } from '../../../services/lab/drills/drill-checks.ts';
import { type DrillContext, PromiseBroken } from '../../../services/lab/drills/drill-context.ts';
import type { Measures } from '../../../services/lab/drills/measures.ts';
import { demandWaits, leastBackOffMs } from '../../../services/lab/drills/telegram.ts';
import { demandQuarantine } from '../../../services/lab/drills/wipe.ts';
import { labTimes } from '../../../services/lab/settings/lab-times.ts';
import { text } from '../../../services/lab/shared/text.ts';
import { demandHandedOver, isGreeting } from '../../../services/lab/tour/steps.ts';

const why = text('it did not hold', 'не сдержано');

interface Shown {
  readonly audit?: readonly Partial<StoredAuditEntry>[];
  readonly measures?: Measures;
}

/** A context of a lab that shows just this. */
function sceneOf({ audit = [], measures = {} }: Shown = {}): DrillContext {
  const demand = (kept: boolean, broken: typeof why): void => {
    if (!kept) throw new PromiseBroken(broken);
  };
  const lab = { audit: { latest: async () => audit }, tasks: { tasks: [] } };
  return { lab, measures, demand } as unknown as DrillContext;
}

describe('a worker that has ended', () => {
  it('breaks the promise of every drill that is about it', async () => {
    expect(() => workerOf(sceneOf(), 'worker-1')).toThrow(PromiseBroken);
    await expect(cut(sceneOf(), 'worker-1')).rejects.toThrow(PromiseBroken);
  });
});

describe('the lock', () => {
  const entry = (event: string, before = 'mine') => ({ event, before });

  it.each([
    [['released'], true],
    [['broken', 'acquired'], false],
    [[], false],
  ])('of a worker that stopped, after %j: given back %s', async (events, given) => {
    const context = sceneOf({ audit: events.map((event) => entry(event)) });
    const demanded = demandAudited(context, 'mine', ['released', 'lost'], why);
    if (given) await demanded;
    else await expect(demanded).rejects.toThrow(PromiseBroken);
  });

  it('is not given back by another’s giving back', async () => {
    const context = sceneOf({ audit: [entry('released', 'another’s')] });
    await expect(demandAudited(context, 'mine', ['released'], why)).rejects.toThrow(PromiseBroken);
  });
});

describe('the waits after refusals', () => {
  it('grow at least as the pipeline’s own table makes them, up to its longest', () => {
    const least = Array.from({ length: 12 }, (_, index) => leastBackOffMs(index));
    expect(least.slice(0, 4)).toEqual([250, 500, 1000, 2000]);
    expect(least.every((ms, index) => ms >= (least[index - 1] ?? 0))).toBe(true);
    expect(least.at(-1)).toBe(15_000);
  });

  it('may be longer, but not shorter', () => {
    const context = sceneOf();
    demandWaits(context, [250, 900, 1001], leastBackOffMs);
    demandWaits(context, [60_000, 500, 1000], leastBackOffMs);
    expect(() => demandWaits(context, [300, 300], leastBackOffMs)).toThrow(PromiseBroken);
    expect(() => demandWaits(context, [3100, 2900], () => 3000)).toThrow('2900 ms instead of 3000');
  });
});

describe('the quarantine after a wipe', () => {
  const quarantine = { leaseMs: 6000, wipedAtMs: 1_000_000, earlyPolls: 0 };
  const led = (atMs: number) => sceneOf({ audit: [{ event: 'acquired', id: `${atMs}-0` }] });

  it('keeps everybody out for one lease', async () => {
    await demandQuarantine(led(1_006_000), quarantine);
    await expect(demandQuarantine(led(1_005_999), quarantine)).rejects.toThrow(PromiseBroken);
  });

  it('is broken by a poll, and where nobody ever led', async () => {
    const polled = demandQuarantine(led(1_006_500), { ...quarantine, earlyPolls: 1 });
    await expect(polled).rejects.toThrow(PromiseBroken);
    await expect(demandQuarantine(sceneOf(), quarantine)).rejects.toThrow(PromiseBroken);
  });

  it('is judged by the first leader, not by the latest', async () => {
    const entries = [1_007_000, 1_003_000].map((atMs) => ({ event: 'acquired', id: `${atMs}-0` }));
    await expect(demandQuarantine(sceneOf({ audit: entries }), quarantine)).rejects.toThrow(PromiseBroken);
  });
});

describe('the tour', () => {
  it('holds a pause as long as a lease that was left behind for no hand-over', () => {
    const lease = labTimes(30);
    demandHandedOver(sceneOf({ measures: { pauseMs: 3999 } }), lease);
    expect(() => demandHandedOver(sceneOf({ measures: { pauseMs: 4000 } }), lease)).toThrow(PromiseBroken);
    expect(() => demandHandedOver(sceneOf(), lease)).toThrow(PromiseBroken);
  });

  it.each(locales)('takes the bot’s greeting (%s) for an answer, and nothing else', (locale) => {
    const greeting = textsFor(locale).start('Lab bot');
    expect(isGreeting({ from: 'bot', text: greeting }, locale)).toBe(true);
    expect(isGreeting({ from: 'person', text: greeting }, locale)).toBe(false);
    expect(isGreeting({ from: 'bot', text: 'Another program polls (409)' }, locale)).toBe(false);
  });
});

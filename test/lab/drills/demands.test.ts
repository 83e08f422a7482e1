/** What drills demand of their measurements: the broken promises, which a healthy lab never shows. */
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

/** The context of a lab that shows exactly this. */
function contextOf({ audit = [], measures = {} }: Shown = {}): DrillContext {
  const demand = (kept: boolean, broken: typeof why): void => {
    if (!kept) throw new PromiseBroken(broken);
  };
  const lab = { audit: { latest: async () => audit }, tasks: { tasks: [] } };
  return { lab, measures, demand } as unknown as DrillContext;
}

describe('a worker that has ended', () => {
  it('breaks the promise of every drill about it', async () => {
    expect(() => workerOf(contextOf(), 'worker-1')).toThrow(PromiseBroken);
    await expect(cut(contextOf(), 'worker-1')).rejects.toThrow(PromiseBroken);
  });
});

describe('the lock', () => {
  const entry = (event: string, before = 'mine') => ({ event, before });

  it.each([
    [['released'], true],
    [['broken', 'acquired'], false],
    [[], false],
  ])('of a stopped worker, after %j: released %s', async (events, given) => {
    const context = contextOf({ audit: events.map((event) => entry(event)) });
    const demanded = demandAudited(context, 'mine', ['released', 'lost'], why);
    if (given) await demanded;
    else await expect(demanded).rejects.toThrow(PromiseBroken);
  });

  it('does not count as released if another worker released its own', async () => {
    const context = contextOf({ audit: [entry('released', 'another’s')] });
    await expect(demandAudited(context, 'mine', ['released'], why)).rejects.toThrow(PromiseBroken);
  });
});

describe('waits after refusals', () => {
  it('grow at least as fast as the bot’s back-off, up to its maximum', () => {
    const least = Array.from({ length: 12 }, (_, index) => leastBackOffMs(index));
    expect(least.slice(0, 4)).toEqual([250, 500, 1000, 2000]);
    expect(least.every((ms, index) => ms >= (least[index - 1] ?? 0))).toBe(true);
    expect(least.at(-1)).toBe(15_000);
  });

  it('may be longer, but not shorter', () => {
    const context = contextOf();
    demandWaits(context, [250, 900, 1001], leastBackOffMs);
    demandWaits(context, [60_000, 500, 1000], leastBackOffMs);
    expect(() => demandWaits(context, [300, 300], leastBackOffMs)).toThrow(PromiseBroken);
    expect(() => demandWaits(context, [3100, 2900], () => 3000)).toThrow('2900 ms instead of 3000');
  });
});

describe('the quarantine after a wipe', () => {
  const quarantine = { leaseMs: 6000, wipedAtMs: 1_000_000, earlyPolls: 0 };
  const led = (atMs: number) => contextOf({ audit: [{ event: 'acquired', id: `${atMs}-0` }] });

  it('keeps every worker out for one lease', async () => {
    await demandQuarantine(led(1_006_000), quarantine);
    await expect(demandQuarantine(led(1_005_999), quarantine)).rejects.toThrow(PromiseBroken);
  });

  it('is broken by a poll, and if no worker ever led', async () => {
    const polled = demandQuarantine(led(1_006_500), { ...quarantine, earlyPolls: 1 });
    await expect(polled).rejects.toThrow(PromiseBroken);
    await expect(demandQuarantine(contextOf(), quarantine)).rejects.toThrow(PromiseBroken);
  });

  it('is judged by the first leader, not the latest', async () => {
    const entries = [1_007_000, 1_003_000].map((atMs) => ({ event: 'acquired', id: `${atMs}-0` }));
    await expect(demandQuarantine(contextOf({ audit: entries }), quarantine)).rejects.toThrow(PromiseBroken);
  });
});

describe('the tour', () => {
  it('does not accept a pause as long as an abandoned lease as a hand-over', () => {
    const lease = labTimes(30);
    demandHandedOver(contextOf({ measures: { pauseMs: 3999 } }), lease);
    expect(() => demandHandedOver(contextOf({ measures: { pauseMs: 4000 } }), lease)).toThrow(PromiseBroken);
    expect(() => demandHandedOver(contextOf(), lease)).toThrow(PromiseBroken);
  });

  it.each(locales)('accepts only the bot’s greeting (%s) as an answer', (locale) => {
    const greeting = textsFor(locale).start('Lab bot');
    expect(isGreeting({ from: 'bot', text: greeting }, locale)).toBe(true);
    expect(isGreeting({ from: 'person', text: greeting }, locale)).toBe(false);
    expect(isGreeting({ from: 'bot', text: 'Another program polls (409)' }, locale)).toBe(false);
  });
});

/**
 * The alarm of failing handlers on a virtual clock: two hours of traffic that fails by changing shares, terms that begin
 * and end, and a store that is away at times. The shipped alarm, adapter and script run on the embedded store; the checker
 * keeps every end and recounts.
 */
import { describe, expect, it } from 'vitest';
import { redisHandlersReports } from '../../services/adapters/redis/outage/handlers-reports.ts';
import { redisOutageStore } from '../../services/adapters/redis/outage/outage-store.ts';
import { redisWarningStore } from '../../services/adapters/redis/outage/warning-store.ts';
import { HandlersAlarm } from '../../services/core/alerts/handlers-alarm.ts';
import { StoreUnreachableError } from '../../services/core/platform/store-errors.ts';
import { storeKeys } from '../../services/core/platform/store-keys.ts';
import { reportOfTerm } from '../../services/core/updates/handlers-report.ts';
import { embeddedRunner } from '../support/embedded-runner.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { Prng } from './prng.ts';

const seeds = 30;
const hours = 2;
/** The alarm waits for five seconds, and as long again after a failed write. */
const settledMs = 20_000;

interface End {
  readonly atMs: number;
  readonly failed: boolean;
}

/** The ends of a term, recounted at each end. The alarm counts in buckets, so only clear cases are judged. */
class Recount {
  private ends: End[] = [];
  private verdict: 'failing' | 'working' | 'unclear' = 'working';
  private sinceMs = Number.NEGATIVE_INFINITY;

  ended(end: End): void {
    this.ends = [...this.ends, end].filter(({ atMs }) => end.atMs - atMs < 600_000);
    const surely = this.ends.filter(({ atMs }) => end.atMs - atMs < 570_000);
    const shares = [this.ends, surely].map((ends) => failedIn(ends) / ends.length);
    const isFailing = failedIn(surely) >= 5 && shares.every((share) => share > 0.55);
    const isWorking = shares.every((share) => share < 0.45);
    const verdict = isFailing ? 'failing' : isWorking ? 'working' : 'unclear';
    if (verdict !== this.verdict) this.sinceMs = end.atMs;
    this.verdict = verdict;
  }

  /** Unclear until it has lasted for a while. */
  at(nowMs: number): 'failing' | 'working' | 'unclear' {
    return nowMs - this.sinceMs < settledMs ? 'unclear' : this.verdict;
  }

  get mayBeFailing(): boolean {
    return this.verdict !== 'working';
  }
}

function failedIn(ends: readonly End[]): number {
  return ends.filter(({ failed }) => failed).length;
}

interface Result {
  readonly violations: readonly string[];
  readonly raised: number;
  readonly judged: Readonly<Record<'failing' | 'working' | 'unclear', number>>;
}

async function run(seed: number): Promise<Result> {
  const chance = new Prng(seed);
  const clock = new VirtualClock();
  const runner = await embeddedRunner();
  const startMs = runner.nowMs;
  const keys = storeKeys('');
  const violations: string[] = [];
  let epoch: number | undefined = 1;
  let storeBackMs = 0;
  let raised = 0;
  let lastRaisedMs = Number.NEGATIVE_INFINITY;
  const warnings = redisWarningStore(runner, keys, { superadminIds: ['101'] });
  const alarm = new HandlersAlarm({
    clock,
    reports: redisHandlersReports(runner, keys),
    warnings: {
      async raise(warning) {
        const isRaised = await warnings.raise(warning);
        if (!isRaised) return false;
        const nowMs = clock.monotonicMs();
        if (nowMs - lastRaisedMs < 1_800_000)
          violations.push(`raised again after ${nowMs - lastRaisedMs} ms`);
        if (!recount.mayBeFailing) violations.push('raised while handlers work');
        lastRaisedMs = nowMs;
        raised += 1;
        return true;
      },
    },
    host: 'host-1',
    epoch: () => epoch,
    describe: String,
    onTrouble: () => {},
  });
  let recount = new Recount();
  const judged = { failing: 0, working: 0, unclear: 0 };
  let share = 0;
  let phaseEndMs = 0;
  while (clock.monotonicMs() < hours * 3_600_000) {
    if (clock.monotonicMs() >= phaseEndMs) {
      share = chance.oneOf([0, 0.05, 0.3, 0.5, 0.7, 1]);
      phaseEndMs = clock.monotonicMs() + chance.integer(10, 900) * 1000;
      runner.failure = chance.happens(0.2) ? new StoreUnreachableError('run', new Error('away')) : undefined;
      if (runner.failure === undefined) storeBackMs = clock.monotonicMs();
      if (chance.happens(0.1)) {
        epoch = (epoch ?? 0) + 1;
        recount = new Recount();
      }
    }
    const failed = chance.happens(share);
    recount.ended({ atMs: clock.monotonicMs(), failed });
    alarm.ended(failed ? 'failed' : 'ok', 'boom');
    await clock.advance(
      chance.happens(0.01) ? chance.integer(60, 1200) * 1000 : chance.integer(1, 15) * 1000,
    );
    runner.nowMs = startMs + clock.monotonicMs();
    if (runner.failure !== undefined || clock.monotonicMs() - storeBackMs < settledMs) continue;
    const { handlers } = await redisOutageStore(runner, keys).observe({ noteRun: false });
    const isReported = reportOfTerm(handlers, epoch ?? null) !== undefined;
    const truth = recount.at(clock.monotonicMs());
    judged[truth] += 1;
    if (truth !== 'unclear' && isReported !== (truth === 'failing'))
      violations.push(`at ${clock.monotonicMs()} ms: reported ${isReported}, in truth ${truth}`);
  }
  return { violations, raised, judged };
}

describe('the alarm of failing handlers on a virtual clock', () => {
  it(`tells the truth in ${seeds} times ${hours} hours`, async () => {
    let [raised, failing, working] = [0, 0, 0];
    for (let seed = 1; seed <= seeds; seed += 1) {
      const result = await run(seed);
      expect(result.violations, `seed ${seed}`).toEqual([]);
      raised += result.raised;
      failing += result.judged.failing;
      working += result.judged.working;
    }
    expect(raised).toBeGreaterThan(seeds);
    // Each verdict was seen often enough to mean something.
    expect(Math.min(failing, working)).toBeGreaterThan(100 * seeds);
  });
});

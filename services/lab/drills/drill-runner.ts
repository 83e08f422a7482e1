/**
 * Runs drills, one at a time: two would spoil each other's measurements. Only `resume` may join a `freeze`, which it
 * mends.
 *
 * Guarantees: a drill that cannot be started is refused in one line and changes nothing; every fault is mended when
 * its drill ends, however it ends; `close` waits for that. A drill that was mended before its promise could be seen is
 * never said to be kept. What mends begins at once: no traffic is waited for first.
 */
import type { LabContext } from '../lab-parts.ts';
import type { Refusal } from '../shared/refusal.ts';
import { same, type Text, text } from '../shared/text.ts';
import { untilLoadFlows } from './drill-checks.ts';
import { DrillContext, DrillStopped, PromiseBroken } from './drill-context.ts';
import { drillFacts } from './drill-facts.ts';
import { drills } from './drill-table.ts';
import type { DrillId, DrillState, DrillView } from './drill-types.ts';
import { drillIds } from './drill-types.ts';
import { figuresOf, type Measures } from './measures.ts';
import { findTarget } from './targets.ts';

interface Run {
  state: DrillState;
  worker: string | null;
  startedAtMs: number | null;
  endedAtMs: number | null;
  now: Text | null;
  measures: Measures;
  why: Text | null;
  fix: AbortController;
  finished: Promise<void>;
}

/** Enough to see a loss, little enough to read along. */
const probeRate = { perSecond: 5, chats: 3 };
/** Where a worker is struck in the middle of its work, handlers take a while. */
const slowIn: readonly DrillId[] = ['kill', 'stop', 'freeze', 'cut'];
/** What may run beside what, because it mends it. */
const fixes: Partial<Record<DrillId, DrillId>> = { resume: 'freeze' };

/** Why nothing else may begin. */
export function drillIsRunning(id: DrillId): Text {
  const title = drillFacts.find((one) => one.id === id)?.title ?? same(id);
  return text(
    `the drill “${title.en}” is running: wait for its end, or mend it first`,
    `идут учения «${title.ru}»: дождитесь конца или сначала почините`,
  );
}

export class DrillRunner {
  private readonly lab: LabContext;
  /** Why no drill may begin just now; undefined when one may. */
  private readonly busyWith: () => Text | undefined;
  private readonly runs = new Map<DrillId, Run>();
  private readonly listeners = new Set<() => void>();
  private readonly closing = new AbortController();

  constructor(lab: LabContext, { busyWith }: { busyWith: () => Text | undefined }) {
    this.lab = lab;
    this.busyWith = busyWith;
  }

  /** The drills that run. */
  get running(): readonly DrillId[] {
    return drillIds.filter((id) => this.runs.get(id)?.state === 'running');
  }

  views(): readonly DrillView[] {
    return drillIds.map((id) => {
      const { state = 'idle', worker, startedAtMs, endedAtMs, now, measures, why } = this.runs.get(id) ?? {};
      return {
        id,
        state,
        worker: worker ?? null,
        startedAtMs: startedAtMs ?? null,
        endedAtMs: endedAtMs ?? null,
        now: now ?? null,
        figures: figuresOf(measures ?? {}),
        why: why ?? null,
      };
    });
  }

  /** Returns what ends the listening. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Resolves when it has begun, or with why it may not. */
  async start(name: unknown, workerName: unknown): Promise<Refusal | undefined> {
    const id = drillIds.find((known) => known === name);
    if (id === undefined)
      return { status: 400, error: same(`drill: expected one of ${drillIds.join(', ')}`) };
    const busy = this.refusalOf(id);
    if (busy !== undefined) return { status: 409, error: busy };
    const target = await findTarget(this.lab, id, workerName);
    if ('error' in target) return target;
    // Another may have begun meanwhile.
    const refusal = this.refusalOf(id);
    if (refusal !== undefined) return { status: 409, error: refusal };
    const mended = fixes[id];
    if (mended !== undefined) this.fix(mended);
    this.run(id, target.task?.identity.name ?? null);
    return undefined;
  }

  /** False when it does not run, or mends by itself whatever it breaks. */
  fix(name: unknown): boolean {
    const facts = drillFacts.find(({ id }) => id === name);
    const run = facts?.holds ? this.runs.get(facts.id) : undefined;
    if (run?.state !== 'running') return false;
    run.fix.abort();
    return true;
  }

  async close(): Promise<void> {
    this.closing.abort();
    await Promise.all([...this.runs.values()].map(({ finished }) => finished));
  }

  private refusalOf(id: DrillId): Text | undefined {
    if (this.closing.signal.aborted) return text('the lab is stopping', 'стенд останавливается');
    const busy = this.busyWith();
    if (busy !== undefined) return busy;
    const inTheWay = this.running.find((other) => fixes[id] !== other || other === id);
    return inTheWay === undefined ? undefined : drillIsRunning(inTheWay);
  }

  private run(id: DrillId, worker: string | null): void {
    const run: Run = {
      state: 'running',
      worker,
      startedAtMs: this.lab.clock.wallMs(),
      endedAtMs: null,
      now: null,
      measures: {},
      why: null,
      fix: new AbortController(),
      finished: Promise.resolve(),
    };
    this.runs.set(id, run);
    run.finished = this.carryOut(id, run);
    this.tell();
  }

  private async carryOut(id: DrillId, run: Run): Promise<void> {
    const { lab } = this;
    const load = lab.probe;
    const context = new DrillContext({
      lab,
      end: this.closing.signal,
      fixed: run.fix.signal,
      load,
      onChange: () => {
        run.now = context.now;
        run.measures = context.measures;
        this.tell();
      },
    });
    const joined = load.isRunning;
    if (!joined) load.start({ ...probeRate, slow: slowIn.includes(id) });
    try {
      if (!joined && fixes[id] === undefined) await untilLoadFlows(context);
      if (!context.unseen) await drills[id](context, run.worker);
      run.state = context.unseen ? 'unseen' : 'kept';
    } catch (error) {
      run.state = 'broken';
      run.why = whyBroken(error);
    } finally {
      if (!joined) load.stop();
      context.close();
      run.now = null;
      run.endedAtMs = lab.clock.wallMs();
      lab.log.say('drill', run.state === 'broken' ? 'warn' : 'info', `${id}: ${run.state}`);
      this.tell();
    }
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

export function whyBroken(error: unknown): Text {
  if (error instanceof PromiseBroken) return error.why;
  if (error instanceof DrillStopped)
    return text('It was stopped before its end.', 'Остановлено раньше конца.');
  const message = error instanceof Error ? error.message : String(error);
  return text(`The drill itself failed: ${message}`, `Сбой самой проверки: ${message}`);
}

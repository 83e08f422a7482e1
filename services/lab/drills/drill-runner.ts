/**
 * Runs drills one at a time, because two would spoil each other's measurements. Only `resume` may join a `freeze`,
 * which it fixes.
 *
 * Guarantees: a drill that cannot start is refused in one line and changes nothing. Every fault is fixed when its drill
 * ends, however it ends; `close` waits for that. A drill whose fault was fixed before its promise could be seen never
 * counts as kept. A drill that fixes another starts at once, without waiting for traffic.
 *
 * Tested by: test/lab/drills/drills.long.test.ts
 */
import type { LabContext } from '../lab-context.ts';
import { Listeners } from '../shared/listeners.ts';
import type { Refusal } from '../shared/refusal.ts';
import { same, type Text, text } from '../shared/text.ts';
import { untilLoadFlows } from './drill-checks.ts';
import { DrillContext, DrillStopped, PromiseBroken } from './drill-context.ts';
import { drillFactsOf, factsOf } from './drill-facts.ts';
import { drillTable } from './drill-table.ts';
import { type DrillId, type DrillState, type DrillView, drillIds } from './drill-types.ts';
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

/** Enough to show a loss, few enough to follow by eye. */
const probeRate = { perSecond: 5, chats: 3 };

const needsQueue = text(
  'this drill needs queue mode: npm start -- --handlers queue',
  'для этих учений нужен режим очереди: npm start -- --handlers queue',
);

/** Why nothing else may start. */
export function drillIsRunning(id: DrillId): Text {
  const title = factsOf(id)?.title ?? same(id);
  return text(
    `the drill “${title.en}” is running: wait for its end, or fix it first`,
    `идут учения «${title.ru}»: дождитесь конца или сначала почините`,
  );
}

export class DrillRunner {
  private readonly lab: LabContext;
  /** Why no drill may start now; undefined if one may. */
  private readonly busyWith: () => Text | undefined;
  private readonly runs = new Map<DrillId, Run>();
  private readonly changes = new Listeners();
  private readonly closing = new AbortController();

  constructor(lab: LabContext, { busyWith }: { busyWith: () => Text | undefined }) {
    this.lab = lab;
    this.busyWith = busyWith;
  }

  get running(): readonly DrillId[] {
    return drillIds.filter((id) => this.runs.get(id)?.state === 'running');
  }

  views(): readonly DrillView[] {
    return drillFactsOf(this.lab).map(({ id }) => {
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

  /** Returns a function that removes the listener. */
  onChange(listener: () => void): () => void {
    return this.changes.add(listener);
  }

  /** Resolves once the drill has started, or with the reason why it may not. */
  async start(name: unknown, workerName: unknown): Promise<Refusal | undefined> {
    const id = drillIds.find((known) => known === name);
    if (id === undefined)
      return { status: 400, error: same(`drill: expected one of ${drillIds.join(', ')}`) };
    if (!this.views().some((one) => one.id === id)) return { status: 409, error: needsQueue };
    const busy = this.refusalOf(id);
    if (busy !== undefined) return { status: 409, error: busy };
    const target = await findTarget(this.lab, id, workerName);
    if ('error' in target) return target;
    // Another drill may have started in the meantime.
    const refusal = this.refusalOf(id);
    if (refusal !== undefined) return { status: 409, error: refusal };
    const { fixes } = drillTable[id];
    if (fixes !== undefined) this.fix(fixes);
    this.run(id, target.task?.identity.name ?? null);
    return undefined;
  }

  /** Returns false if the drill is not running, or fixes by itself what it breaks. */
  fix(name: unknown): boolean {
    const facts = drillFactsOf(this.lab).find(({ id }) => id === name);
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
    const inTheWay = this.running.find((other) => drillTable[id].fixes !== other || other === id);
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
    this.changes.notify();
  }

  private async carryOut(id: DrillId, run: Run): Promise<void> {
    const { lab } = this;
    const load = lab.probe;
    const { run: drill, slow = false, fixes } = drillTable[id];
    const context = new DrillContext({
      lab,
      end: this.closing.signal,
      fixed: run.fix.signal,
      load,
      onChange: () => {
        run.now = context.now;
        run.measures = context.measures;
        this.changes.notify();
      },
    });
    const joined = load.isRunning;
    if (!joined) load.start({ ...probeRate, slow });
    try {
      if (!joined && fixes === undefined) await untilLoadFlows(context);
      if (!context.unseen) await drill(context, run.worker);
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
      this.changes.notify();
    }
  }
}

export function whyBroken(error: unknown): Text {
  if (error instanceof PromiseBroken) return error.why;
  if (error instanceof DrillStopped)
    return text('It was stopped before its end.', 'Остановлено до завершения.');
  const message = error instanceof Error ? error.message : String(error);
  return text(`The drill itself failed: ${message}`, `Сбой самой проверки: ${message}`);
}

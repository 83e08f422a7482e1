/**
 * The guided tour: six steps, one after another, each with proof that its promise held. The page and `npm run tour` run
 * the same tour.
 *
 * The second step deploys quick times, because in production the limit of silence alone is five minutes. When the tour is
 * over or stopped, the original times are deployed again.
 *
 * Guarantees: a step that breaks its promise does not prevent the next ones; every fault is fixed when its step ends; a
 * load that was running pauses for the tour and continues after it.
 *
 * Tested by: test/lab/tour/tour.long.test.ts
 */

import { untilHealthy, untilLoadFlows } from '../drills/drill-checks.ts';
import { DrillContext, DrillStopped } from '../drills/drill-context.ts';
import { whyBroken } from '../drills/drill-runner.ts';
import { figuresOf, type Measures } from '../drills/measures.ts';
import type { LabContext } from '../lab-context.ts';
import { type LabTimes, labTimes } from '../settings/lab-times.ts';
import { Listeners } from '../shared/listeners.ts';
import { type Text, text } from '../shared/text.ts';
import { deployTimes } from './deploy-times.ts';
import { tourSteps } from './steps.ts';
import { type TourStepId, type TourStepView, type TourView, tourStepIds } from './tour-view.ts';

export interface TourStepResult {
  readonly id: TourStepId;
  state: TourStepView['state'];
  now: Text | null;
  measures: Measures;
  why: Text | null;
  durationMs: number | null;
}

/** Quick enough for an audience, slow enough for a busy machine. */
export const tourSpeed = 30;
const loadRate = { perSecond: 20, chats: 10 };
/** Steps with slow handlers, so that a worker is struck in the middle of its work. */
const slowIn: readonly TourStepId[] = ['deploy', 'crash'];

export class Tour {
  private readonly lab: LabContext;
  /** Why it may not start now; undefined if it may. */
  private readonly busyWith: () => Text | undefined;
  private readonly changes = new Listeners();
  private readonly closing = new AbortController();
  private steps: TourStepResult[] = freshSteps();
  private stopping = new AbortController();
  private going: Promise<void> | undefined;
  private restoring = false;

  constructor(lab: LabContext, { busyWith }: { busyWith: () => Text | undefined }) {
    this.lab = lab;
    this.busyWith = busyWith;
  }

  get isRunning(): boolean {
    return this.going !== undefined;
  }

  get results(): readonly TourStepResult[] {
    return this.steps;
  }

  view(): TourView {
    return {
      running: this.isRunning,
      restoring: this.restoring,
      steps: this.steps.map(({ id, state, now, measures, why }) => ({
        id,
        state,
        now,
        figures: figuresOf(measures),
        why,
      })),
    };
  }

  /** Returns a function that removes the listener. */
  onChange(listener: () => void): () => void {
    return this.changes.add(listener);
  }

  /** Returns why it may not start; undefined once it has started. */
  start(): Text | undefined {
    if (this.isRunning) return text('the tour is running already', 'экскурсия уже идёт');
    const busy = this.busyWith();
    if (busy !== undefined) return busy;
    this.steps = freshSteps();
    this.stopping = new AbortController();
    this.going = this.run().finally(() => {
      this.going = undefined;
      this.changes.notify();
    });
    this.changes.notify();
    return undefined;
  }

  /** Returns false if it is not running. It ends once its changes are undone. */
  stop(): boolean {
    this.stopping.abort();
    return this.isRunning;
  }

  /** Resolves when it has ended. */
  async finished(): Promise<void> {
    await this.going;
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.going;
  }

  private async run(): Promise<void> {
    const { lab } = this;
    const before = lab.times.current;
    const quick = before.speed >= tourSpeed ? before : labTimes(tourSpeed);
    const { running: hadLoad, perSecond, chats } = lab.load.view();
    lab.load.stop();
    const end = AbortSignal.any([this.stopping.signal, this.closing.signal]);
    for (const step of this.steps) {
      if (!end.aborted) await this.runStep(step, quick, end);
    }
    if (lab.times.forNewWorkers !== before) await this.deployBack(before);
    if (hadLoad && !this.closing.signal.aborted) lab.load.start({ perSecond, chats });
  }

  private async runStep(step: TourStepResult, quick: LabTimes, end: AbortSignal): Promise<void> {
    const { lab } = this;
    const startedMs = lab.clock.monotonicMs();
    step.state = 'running';
    this.changes.notify();
    const never = new AbortController().signal;
    try {
      await this.inContext({ end, fixed: never, step }, (context) => untilHealthy(context));
      lab.load.start({ ...loadRate, slow: slowIn.includes(step.id) });
      await this.inContext({ end, fixed: never, step }, async (context) => {
        await untilLoadFlows(context);
        await tourSteps[step.id](context, quick);
      });
      step.state = 'kept';
    } catch (error) {
      step.state = error instanceof DrillStopped ? 'waiting' : 'broken';
      step.why = error instanceof DrillStopped ? null : whyBroken(error);
    } finally {
      lab.load.stop();
      step.now = null;
      step.durationMs = lab.clock.monotonicMs() - startedMs;
      this.changes.notify();
    }
  }

  /** Does nothing if the lab itself is stopping. */
  private async deployBack(times: LabTimes): Promise<void> {
    if (this.closing.signal.aborted) return;
    const signals = { end: this.closing.signal, fixed: new AbortController().signal };
    this.restoring = true;
    this.changes.notify();
    try {
      await this.inContext(signals, (context) => deployTimes(context, times));
    } catch (error) {
      this.lab.log.say('tour', 'error', `the times could not be deployed back: ${whyBroken(error).en}`);
    } finally {
      this.restoring = false;
    }
  }

  private async inContext(
    { step, ...signals }: { end: AbortSignal; fixed: AbortSignal; step?: TourStepResult },
    play: (context: DrillContext) => Promise<void>,
  ): Promise<void> {
    const { lab } = this;
    const onChange = (): void => {
      if (step === undefined) return;
      step.now = context.now;
      step.measures = context.measures;
      this.changes.notify();
    };
    const context = new DrillContext({ lab, load: lab.load, ...signals, onChange });
    try {
      await play(context);
    } finally {
      context.close();
    }
  }
}

function freshSteps(): TourStepResult[] {
  return tourStepIds.map((id) => ({
    id,
    state: 'waiting',
    now: null,
    measures: {},
    why: null,
    durationMs: null,
  }));
}

/**
 * Watch mode: each saved version of the handlers' module replaces the one that runs, by a rolling deploy.
 *
 * Guarantees: a version that cannot be loaded, or with which no worker starts, replaces nothing: the old one polls on, and
 * the state says what is wrong until a version works. What is saved during a deploy is deployed after it.
 */
import type { Clock } from '../../core/platform/clock.ts';
import { Listeners } from '../shared/listeners.ts';
import type { Preflight } from './preflight.ts';
import { SourceWatch } from './source-watch.ts';

export interface HandlersWatchOptions {
  readonly clock: Clock;
  readonly preflight: Preflight;
  /** The value of `BOT_HANDLERS`, and the file that it names. */
  readonly specifier: string;
  readonly entry: string;
  /** Replaces the workers. Returns why it could not, in one line. */
  readonly deploy: (stop: AbortSignal) => Promise<string | undefined>;
}

/** What a person sees. */
export interface WatchView {
  readonly module: string;
  readonly state: 'watching' | 'checking' | 'deploying' | 'failed';
  /** What is wrong with the last saved version. */
  readonly error: string | null;
}

/** One line for the log or the terminal; undefined for what is of no interest there. */
export function describeView({ module, state, error }: WatchView): string | undefined {
  if (state === 'failed') return `${error}; the version before it polls on`;
  if (state === 'deploying') return `${module} was saved: deploying it`;
  return state === 'watching' ? `${module}: the saved version polls` : undefined;
}

/** An editor writes a file in several steps, and people save several files at once. */
const quietMs = 60;

export class HandlersWatch {
  private readonly options: HandlersWatchOptions;
  private readonly changes = new Listeners<[view: WatchView]>();
  private readonly stopping = new AbortController();
  private readonly source = new SourceWatch(() => this.noteSave());
  private saved = Promise.withResolvers<void>();
  private savedMs = 0;
  private shown: WatchView;
  private running: Promise<void> | undefined;

  constructor(options: HandlersWatchOptions) {
    this.options = options;
    this.shown = { module: options.specifier, state: 'watching', error: null };
  }

  get view(): WatchView {
    return this.shown;
  }

  /** Returns a function that removes the listener. */
  onChange(listener: (view: WatchView) => void): () => void {
    return this.changes.add(listener);
  }

  /** Call when the first version runs. */
  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.saved.resolve();
    this.source.close();
    this.options.preflight.stop();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    const { specifier, entry, preflight } = this.options;
    // Watched before it is loaded, so that no save is missed in between.
    this.source.follow({ entry, files: [], works: true });
    const { files } = await preflight.check(specifier);
    this.source.follow({ entry, files, works: true });
    for (;;) {
      await this.saved.promise;
      if (signal.aborted) return;
      await this.untilQuiet();
      const error = await this.replace();
      if (signal.aborted) return;
      this.show(error === undefined ? 'watching' : 'failed', error);
    }
  }

  /** Why the saved version does not run; undefined if it does. */
  private async replace(): Promise<string | undefined> {
    const { specifier, entry, preflight, deploy } = this.options;
    this.saved = Promise.withResolvers();
    this.show('checking', this.shown.error ?? undefined);
    const { error, files } = await preflight.check(specifier);
    this.source.follow({ entry, files, works: error === undefined });
    if (error !== undefined) return error;
    this.show('deploying', undefined);
    return deploy(this.stopping.signal);
  }

  private noteSave(): void {
    this.savedMs = this.options.clock.monotonicMs();
    this.saved.resolve();
  }

  private async untilQuiet(): Promise<void> {
    const { clock } = this.options;
    for (;;) {
      const restMs = this.savedMs + quietMs - clock.monotonicMs();
      if (restMs <= 0) return;
      await clock.sleep(restMs, this.stopping.signal);
      if (this.stopping.signal.aborted) return;
    }
  }

  private show(state: WatchView['state'], error: string | undefined): void {
    if (this.stopping.signal.aborted) return;
    this.shown = { ...this.shown, state, error: error ?? null };
    this.changes.notify(this.shown);
  }
}

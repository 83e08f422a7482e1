/** One bot with its handlers inline, or in queue mode with some consumers: the contenders of the scale scenarios. */
import { redisLockOverride } from '../../../../services/adapters/redis/lease/lock-override.ts';
import { storeKeys } from '../../../../services/core/platform/store-keys.ts';
import type { Program, Wrap } from '../../../support/program.ts';
import type { Run } from '../../bench-fixture.ts';
import { type Programs, sources } from '../../contenders.ts';

/** Every call of the queue takes this long, and what the engine's process adds. */
export const answerAfterMs = 10;

/** Queue mode with so many consumers, or inline. */
export type Mode = 'inline' | number;

export function modeName(mode: Mode): string {
  if (mode === 'inline') return mode;
  return `queue, ${mode} consumer${mode === 1 ? '' : 's'}`;
}

export interface ScaledBotOptions {
  readonly mode: Mode;
  /** More of it, for all programs. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly programs?: Programs;
  /** Starts the programs of one kind by another one, which limits them. */
  readonly limit?: { readonly kind: 'poller' | 'consumer'; readonly wrap: Wrap };
}

export class ScaledBot {
  readonly run: Run;
  private readonly options: ScaledBotOptions;
  private readonly programs: Programs;
  private readonly environment: Readonly<Record<string, string>>;
  private poller: Program | undefined;
  private pollerPort = 0;
  private readonly consumers: Program[] = [];

  /** Resolves when a first message has been handled; without a consumer, when it is in the queue. */
  static async start(run: Run, options: ScaledBotOptions): Promise<ScaledBot> {
    const { mode } = options;
    const bot = new ScaledBot(run, options, mode === 'inline' ? {} : await startEngine(run));
    await bot.startPoller();
    for (let count = 0; mode !== 'inline' && count < mode; count++) await bot.startConsumer();
    if (mode !== 0) await run.warmUp();
    return bot;
  }

  private constructor(run: Run, options: ScaledBotOptions, queueMode: Readonly<Record<string, string>>) {
    this.run = run;
    this.options = options;
    this.programs = options.programs ?? sources;
    this.environment = { ...this.programs.environment, ...queueMode, ...options.environment };
  }

  /** CPU time of the process that polls, so far. */
  async pollerCpuMs(): Promise<number> {
    const metrics = await this.run.metrics(this.pollerPort);
    return 1000 * (metrics.get('process_cpu_seconds_total') ?? Number.NaN);
  }

  /** The number of its latest term. */
  async epoch(): Promise<number> {
    return Number(await this.run.store.command(['GET', storeKeys(this.run.keyPrefix).epoch]));
  }

  /** The killed task's lock is broken, as the ops function does when ECS reports the stop. */
  async killPoller(): Promise<void> {
    this.poller?.signal('SIGKILL');
    await this.poller?.ended;
    const lock = redisLockOverride(this.run.store, storeKeys(this.run.keyPrefix));
    const held = await lock.read();
    if (held !== undefined)
      await lock.break(held.value, { who: 'ecs', why: 'the task stopped' }, 'task-stopped');
    await this.startPoller();
  }

  /** Kills the one that has run longest and starts another. */
  async killConsumer(): Promise<void> {
    const oldest = this.consumers.shift();
    oldest?.signal('SIGKILL');
    await oldest?.ended;
    await this.startConsumer();
  }

  private async startPoller(): Promise<void> {
    this.poller = await this.startProgram('poller', this.programs.bot);
    this.pollerPort = this.run.port;
  }

  private async startConsumer(): Promise<void> {
    const consumer = await this.startProgram('consumer', this.programs.consumer);
    this.consumers.push(consumer);
    await consumer.says(/consuming the updates queue/);
  }

  private async startProgram(kind: 'poller' | 'consumer', main: string): Promise<Program> {
    const { limit } = this.options;
    this.run.wrap = limit?.kind === kind ? limit.wrap : undefined;
    const program = await this.run.start(main, [], this.environment);
    this.run.wrap = undefined;
    return program;
  }
}

/** @returns what queue mode adds to the environment */
async function startEngine(run: Run): Promise<Readonly<Record<string, string>>> {
  const args = ['--port', '0', '--latency-ms', String(answerAfterMs)];
  const engine = await run.start('services/lab/sqs-emulator/main.ts', args, {});
  await engine.says(/^ready \S+$/m);
  return {
    HANDLERS: 'queue',
    UPDATES_QUEUE_URL: /^ready (\S+)$/m.exec(engine.stdout())?.[1] ?? '',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
  };
}

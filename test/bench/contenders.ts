/** The contenders: each started as its own documentation shows, all with the same work. */
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { bundleWorker } from '../../infra/bundling.ts';
import type { Program } from '../support/program.ts';
import type { Run } from './bench-fixture.ts';

export interface Contender {
  readonly name: string;
  /** Handles one message at a time, across all chats. */
  readonly isSerial?: boolean;
  start(run: Run, more?: Readonly<Record<string, string>>): Promise<Program>;
}

const peer = (name: string, file: string, args: readonly string[] = []): Contender => ({
  name,
  start: (run) => run.start(`test/bench/contenders/${file}`, args, {}),
});

/** Fetches and confirms, but handles nothing: the limit of the network, for comparison. */
export const bareLoop: Contender = peer('bare loop', 'bare.ts');

/** The same with an empty call to the store for each batch: the limit for a bot that loses nothing. */
export const bareLoopWithStore: Contender = peer('bare loop + store', 'bare.ts', ['--store']);

const root = join(import.meta.dirname, '..', '..');
const handlers = join(import.meta.dirname, 'contenders', 'ours.ts');

/** Our programs, and what they need in their environment. */
export interface Programs {
  readonly bot: string;
  readonly consumer: string;
  readonly environment: Readonly<Record<string, string>>;
}

export const sources: Programs = {
  bot: 'services/bot/main.ts',
  consumer: 'services/handlers/main.ts',
  environment: { BOT_HANDLERS: handlers },
};

export const ours = worker(sources);

export const peers: readonly Contender[] = [
  peer('Telegraf launch', 'telegraf.ts'),
  { ...peer('grammY', 'grammy.ts'), isSerial: true },
  peer('runner', 'grammy-runner.ts'),
  peer('runner + sequentialize', 'grammy-runner.ts', ['--sequentialize']),
];

export const contenders: readonly Contender[] = [...peers, ours];

/** Ours as the image runs it: bundled into `folder`, with the image's Node options. */
export async function bundlePrograms(folder: string): Promise<Programs> {
  await bundleWorker(folder, relative(root, handlers));
  const dockerfile = readFileSync(join(root, 'services/bot/Dockerfile'), 'utf8');
  return {
    bot: relative(root, join(folder, 'bot.mjs')),
    consumer: relative(root, join(folder, 'consumer.mjs')),
    environment: {
      BOT_HANDLERS: join(folder, 'handlers.mjs'),
      NODE_OPTIONS: /^ENV NODE_OPTIONS="(.*)"$/m.exec(dockerfile)?.[1] ?? '',
    },
  };
}

export async function bundleOurs(folder: string): Promise<Contender> {
  return worker(await bundlePrograms(folder));
}

function worker({ bot, environment }: Programs): Contender {
  return { name: 'ours', start: (run, more = {}) => run.start(bot, [], { ...environment, ...more }) };
}

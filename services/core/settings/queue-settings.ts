/**
 * The settings of queue mode: where handlers run, and the queue between the poller and them. The poller and the consumer
 * read them, beside `settings.ts`; the functions and the command line read the address alone.
 */
import { type QueueTimes, queueTimes, visibilityMinSeconds } from '../queue/queue-times.ts';
import { refuseUnencrypted } from './encrypted-address.ts';
import { type SettingsResult, settingsResult } from './shared-settings.ts';
import { type Environment, VariableReader } from './variable-reader.ts';

export interface QueueSettings {
  readonly url: string;
  readonly depthMax: number;
  readonly slots: number;
  readonly times: QueueTimes;
}

/** `inline`: in the process that polls. */
export const handlersModes = ['inline', 'queue'] as const;
export type HandlersMode = (typeof handlersModes)[number];

export interface HandlersSettings {
  /** Undefined: handlers run in the process that polls. */
  readonly queue: QueueSettings | undefined;
}

const urlExample = 'https://sqs.<region>.amazonaws.com/<account>/<name>.fifo';
const fix = "copy it from the stack's output UpdatesQueueUrl";

export function readHandlersSettings(environment: Environment): SettingsResult<HandlersSettings> {
  const reader = new VariableReader(environment);
  const mode = reader.choice('HANDLERS', handlersModes, 'inline');
  const queue = readQueue(reader, { isNeeded: mode === 'queue' });
  return settingsResult(reader, { queue: mode === 'queue' ? queue : undefined }, []);
}

/** The queue to watch and to repair; undefined: there is none. */
export function readQueueAddress(environment: Environment): SettingsResult<string | undefined> {
  const reader = new VariableReader(environment);
  return settingsResult(reader, readUrl(reader), []);
}

function readUrl(reader: VariableReader): string | undefined {
  const url = reader.httpUrl('UPDATES_QUEUE_URL', urlExample);
  if (url !== undefined && !url.endsWith('.fifo')) {
    const got = 'one that does not end in .fifo';
    reader.report('UPDATES_QUEUE_URL', { expected: 'the address of an SQS FIFO queue', got, fix });
  }
  if (reader.text('ENVIRONMENT') === 'production')
    refuseUnencrypted(reader, 'UPDATES_QUEUE_URL', { url, fix });
  return url;
}

function readQueue(reader: VariableReader, { isNeeded }: { isNeeded: boolean }): QueueSettings | undefined {
  const url = readUrl(reader);
  if (isNeeded && !reader.isSet('UPDATES_QUEUE_URL')) {
    reader.report('UPDATES_QUEUE_URL', { expected: `an address like ${urlExample}`, got: 'nothing', fix });
  }
  const depthMax = reader.integer('QUEUE_DEPTH_MAX', { default: 100_000, min: 1, max: 100_000 });
  const slots = reader.integer('HANDLER_SLOTS', { default: 100, min: 1, max: 10_000 });
  const visibility = { default: 30, min: visibilityMinSeconds, max: 3600 };
  const visibilitySeconds = reader.integer('QUEUE_VISIBILITY_SECONDS', visibility);
  if (url === undefined) return undefined;
  return { url, depthMax, slots, times: queueTimes(visibilitySeconds * 1000) };
}

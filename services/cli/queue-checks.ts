/** The doctor's checks of queue mode: the queue, its dead-letter queue, its times and its consumers. */
import type { StatusAnswer, UpdatesQueueResult } from '../core/ops/results.ts';
import type { QueueView } from '../core/queue/queue-watch.ts';
import type { Check } from './check.ts';
import { consumerText, duration, queueText } from './render.ts';

/** A poison message's neighbours are received with it, so a smaller number would take them along. */
const receivesMin = 10;
/** A shorter time would lose what waits over a long weekend. */
const retentionMinSeconds = 4 * 86_400;
/** Whoever reads the queue by hand needs some time; consumers ask for their own. */
const visibilityMinSeconds = 6;

export function queueChecks({ updatesQueue }: StatusAnswer): readonly Check[] {
  if (updatesQueue === undefined) return [];
  const { queue } = updatesQueue;
  const own = queue === null ? [] : [deadLettersCheck(queue), timesCheck(queue)];
  return [queueCheck(updatesQueue), ...own, ...consumerChecks(updatesQueue)];
}

function queueCheck(updatesQueue: UpdatesQueueResult): Check {
  const { queue } = updatesQueue;
  const isFifo = queue?.isFifo === true;
  const kind = queue === null ? '' : isFifo ? 'FIFO; ' : 'NOT FIFO: chats lose their order; ';
  return {
    name: 'updates queue',
    ok: isFifo,
    asked: 'GetQueueAttributes of it and of its dead-letter queue',
    came: `${kind}${queueText(updatesQueue)}`,
  };
}

function deadLettersCheck({ deadLetters }: QueueView): Check {
  const check = { name: 'dead letters', asked: 'the redrive policy of the updates queue' };
  if (deadLetters === null) {
    return { ...check, ok: false, came: 'NONE: a message that never ends comes back until it expires' };
  }
  const { receivesMax, messages } = deadLetters;
  const few = receivesMax < receivesMin ? `, TOO FEW: at least ${receivesMin}` : '';
  const came = `after ${receivesMax} receives${few}; ${messages} there`;
  return { ...check, ok: few === '' && messages === 0, came };
}

function timesCheck({ visibilitySeconds, retentionSeconds }: QueueView): Check {
  const parts = [
    { name: 'visibility', seconds: visibilitySeconds, min: visibilityMinSeconds },
    { name: 'retention', seconds: retentionSeconds, min: retentionMinSeconds },
  ];
  const texts = parts.map(({ name, seconds, min }) => {
    const short = seconds < min ? `, TOO SHORT: at least ${duration(min)}` : '';
    return `${name} ${duration(seconds)}${short}`;
  });
  return {
    name: 'queue times',
    ok: parts.every(({ seconds, min }) => seconds >= min),
    asked: 'how long a message is hidden, and kept',
    came: texts.join('; '),
  };
}

function consumerChecks({ consumers }: UpdatesQueueResult): readonly Check[] {
  const asked = 'its heartbeat in bot_handlers_heartbeats';
  if (consumers.length === 0) return [{ name: 'consumers', ok: false, asked, came: 'there is none' }];
  return consumers.map((consumer) => {
    return { name: 'consumer', ok: !consumer.isLate, asked, came: consumerText(consumer) };
  });
}

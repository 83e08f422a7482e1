import { expect, it } from 'vitest';
import { queueChecks } from '../../services/cli/queue-checks.ts';
import type { UpdatesQueueResult } from '../../services/core/ops/results.ts';
import { liveStatus } from '../support/live-status.ts';
import { emptyQueue, queueResult } from '../support/queue-view.ts';

const [fresh, late] = queueResult.consumers;
const well: UpdatesQueueResult = { ...queueResult, queue: emptyQueue, consumers: fresh ? [fresh] : [] };
const lines = (more: Partial<UpdatesQueueResult> = {}) =>
  queueChecks(liveStatus({ updatesQueue: { ...well, ...more } })).map(
    ({ name, ok, came }) => `${ok ? '✓' : '–'} ${name}: ${came}`,
  );
const ofQueue = (more: Partial<typeof emptyQueue>) => lines({ queue: { ...emptyQueue, ...more } });

it('has no check where handlers run inline', () => {
  expect(queueChecks(liveStatus())).toEqual([]);
});

it('shows a queue and consumers that are well', () => {
  expect(lines()).toEqual([
    '✓ updates queue: FIFO; 0 waiting, 0 in flight, 0 in its dead-letter queue',
    '✓ dead letters: after 30 receives; 0 there',
    '✓ queue times: visibility 30 s; retention 14 d',
    '✓ consumer: h:1, seen 5 s ago, lag 0 s, 1 running',
  ]);
});

it.each([
  [
    ofQueue({ isFifo: false }),
    '– updates queue: NOT FIFO: chats lose their order; 0 waiting, 0 in flight, 0 in its dead-letter queue',
  ],
  [
    lines({ queue: null, problem: 'queue look: AccessDenied: no' }),
    '– updates queue: unknown: queue look: AccessDenied: no',
  ],
  [
    ofQueue({ deadLetters: null }),
    '– dead letters: NONE: a message that never ends comes back until it expires',
  ],
  [
    ofQueue({ deadLetters: { receivesMax: 9, messages: 0 } }),
    '– dead letters: after 9 receives, TOO FEW: at least 10; 0 there',
  ],
  [ofQueue({ deadLetters: { receivesMax: 30, messages: 1 } }), '– dead letters: after 30 receives; 1 there'],
  [
    ofQueue({ visibilitySeconds: 5 }),
    '– queue times: visibility 5 s, TOO SHORT: at least 6 s; retention 14 d',
  ],
  [
    ofQueue({ retentionSeconds: 86_400 }),
    '– queue times: visibility 30 s; retention 1 d, TOO SHORT: at least 4 d',
  ],
  [lines({ consumers: late ? [late] : [] }), '– consumer: h:2, SILENT for 1 min, lag 3 s, 0 running'],
  [lines({ consumers: [] }), '– consumers: there is none'],
])('says what is wrong: %#', (shown, line) => {
  expect(shown).toContain(line);
});

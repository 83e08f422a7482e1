import { beforeEach, describe, expect, it } from 'vitest';
import { TermOverError } from '../../../services/core/lease/errors.ts';
import { QueueSender } from '../../../services/core/queue/queue-sender.ts';
import {
  batchBytesMax,
  QueueError,
  type QueueMessage,
  type SendResult,
} from '../../../services/core/queue/updates-queue.ts';
import type { Update } from '../../../services/core/updates/update.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

type Answer = (messages: readonly QueueMessage[]) => readonly SendResult[];

let clock: VirtualClock;
let requests: (readonly QueueMessage[])[];
let answers: Answer[];
let mayAct: boolean;
let over: AbortController;
let failures: number;
let sender: QueueSender;
beforeEach(() => {
  clock = new VirtualClock();
  requests = [];
  answers = [];
  mayAct = true;
  over = new AbortController();
  failures = 0;
  sender = new QueueSender({
    clock,
    random: { unit: () => 0.5, token: () => 'f'.repeat(32) },
    queue: {
      async send(messages) {
        requests.push(messages);
        const answer = answers.shift() ?? allSent;
        return answer(messages);
      },
    },
    sha256: (text) => `${text.length}`.padStart(64, '0'),
    epoch: () => 3,
    observer: { onSent: () => {}, onSendFailed: () => void failures++ },
  });
});

const allSent: Answer = (messages) => messages.map(() => 'sent');
const away: Answer = () => {
  throw new QueueError('send', 'queue', new Error('away'));
};
const refused: Answer = () => {
  throw new QueueError('send', 'message', new Error('InvalidMessageContents'));
};
const update = (id: number, chat = id, text = 'hi'): Update => ({
  update_id: id,
  message: { chat: { id: chat }, text },
});
const permit = () => ({ mayAct: () => mayAct, overSignal: over.signal });
const send = (of: Update) => sender.send(of, { permit: permit() });
const idsOf = (messages: readonly QueueMessage[]): string =>
  messages.map(({ body }) => (JSON.parse(body) as Update).update_id).join(' ');

describe('sending', () => {
  it('puts up to ten updates of different chats into one request', async () => {
    const sent = Promise.all(Array.from({ length: 12 }, (_, id) => send(update(id + 1))));
    await clock.advance(0);
    expect(await sent).toEqual(Array.from({ length: 12 }, () => 'sent'));
    expect(requests.map(idsOf)).toEqual(['1 2 3 4 5 6 7 8 9 10', '11 12']);
  });

  it('repeats under the same id, after 50 ms to 2 s, until the queue acknowledges', async () => {
    answers = Array.from({ length: 9 }, () => away);
    const sent = send(update(1));
    await clock.advance(60_000);
    expect(await sent).toBe('sent');
    expect(requests).toHaveLength(10);
    expect(new Set(requests.map(([message]) => message?.deduplicationId)).size).toBe(1);
    expect(failures).toBe(9);
  });

  it('repeats the entry that failed, and no other', async () => {
    answers = [() => ['sent', { fault: 'queue', error: new Error('InternalError') }]];
    const sent = Promise.all([send(update(1)), send(update(2))]);
    await clock.advance(5000);
    expect(await sent).toEqual(['sent', 'sent']);
    expect(requests.map(idsOf)).toEqual(['1 2', '2']);
  });

  it('finds the message at fault, if the queue refuses the whole request', async () => {
    answers = [refused, allSent, refused, allSent];
    const sent = Promise.all([send(update(1)), send(update(2)), send(update(3))]);
    await clock.advance(0);
    expect(await sent).toMatchObject(['sent', { fault: 'message' }, 'sent']);
    expect(requests.map(idsOf)).toEqual(['1 2 3', '1', '2', '3']);
  });

  it('does not send what no message can hold', async () => {
    const result = await send(update(1, 1, 'a'.repeat(batchBytesMax)));
    expect(result).toMatchObject({ fault: 'message' });
    expect(requests).toEqual([]);
  });
});

describe('a permit that has ended', () => {
  it('sends nothing', async () => {
    mayAct = false;
    await expect(send(update(1))).rejects.toThrow(TermOverError);
    expect(requests).toEqual([]);
  });

  it('sends nothing that was waiting for its request', async () => {
    const sent = send(update(1));
    mayAct = false;
    const caught = expect(sent).rejects.toThrow(TermOverError);
    await clock.advance(0);
    await caught;
    expect(requests).toEqual([]);
  });

  it('ends the repeats at once', async () => {
    answers = [away, away];
    const caught = expect(send(update(1))).rejects.toThrow(TermOverError);
    await clock.advance(10);
    mayAct = false;
    over.abort();
    await clock.advance(0);
    await caught;
    expect(requests).toHaveLength(1);
  });
});

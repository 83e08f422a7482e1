/**
 * Mutants of queue mode: the program with one rule removed. The simulator must catch every one.
 *
 * Each patches methods for the length of a run and restores them; it fails if a method no longer exists.
 */
import { readClocks } from '../../../services/core/lease/act-window.ts';
import type { Clock } from '../../../services/core/platform/clock.ts';
import { AloneGate } from '../../../services/core/queue/alone-gate.ts';
import { Consumer } from '../../../services/core/queue/consumer.ts';
import { GroupHold, type HeldMessage } from '../../../services/core/queue/group-hold.ts';
import { MessageEnds } from '../../../services/core/queue/message-ends.ts';
import { MicroBatcher } from '../../../services/core/queue/micro-batcher.ts';
import { Prolonger } from '../../../services/core/queue/prolonger.ts';
import type { Sha256 } from '../../../services/core/queue/queue-message.ts';
import { QueueSender } from '../../../services/core/queue/queue-sender.ts';
import { Turns } from '../../../services/core/queue/turns.ts';
import type { QueueMessage, ReceiptResult } from '../../../services/core/queue/updates-queue.ts';
import type { Attempt } from '../../../services/core/updates/handler-run.ts';
import { UpdateLedger } from '../../../services/core/updates/update-ledger.ts';
import { methodMutant } from '../mutant.ts';

export interface QueueMutant {
  readonly name: string;
  readonly sha256?: Sha256;
  install(): () => void;
}

interface ConsumerInside {
  ends: MessageEnds;
  runHandler(message: HeldMessage, attempt: Attempt): Promise<void>;
}

interface SenderInside {
  tryOnce(outgoing: { message: QueueMessage; permit: unknown }): Promise<unknown>;
}

interface LedgerInside {
  track(...args: readonly unknown[]): object;
}

const consumer = Consumer.prototype as unknown as ConsumerInside;
const sender = QueueSender.prototype as unknown as SenderInside;
const ledger = UpdateLedger.prototype as unknown as LedgerInside;
const { send } = QueueSender.prototype;
const { runHandler } = consumer;
const { tryOnce } = sender;
const { track } = ledger;
const { mayAct, prolonged } = GroupHold.prototype;
let lanes = 0;
let tries = 0;

export const queueMutants: readonly QueueMutant[] = [
  methodMutant('an update counts as handled before the queue has acknowledged it', QueueSender.prototype, {
    async send(this: QueueSender, ...args: Parameters<typeof send>) {
      void send.apply(this, args).catch(() => {});
      return 'sent';
    },
  }),
  // The lanes and the batcher both keep two of a chat apart: it takes both.
  together('two updates of a chat in one batch', [
    methodMutant('', MicroBatcher.prototype, { isFree: () => true }),
    methodMutant('', UpdateLedger.prototype, {
      track(this: LedgerInside, ...args: readonly unknown[]) {
        lanes += 1;
        return Object.assign(track.call(this, ...args), { lane: `own ${lanes}` });
      },
    }),
  ]),
  methodMutant('a repeated send has a new id', QueueSender.prototype, {
    tryOnce(this: SenderInside, { message, permit }: Parameters<SenderInside['tryOnce']>[0]) {
      tries += 1;
      const deduplicationId = `${message.deduplicationId}.${tries}`;
      return tryOnce.call(this, { message: { ...message, deduplicationId }, permit });
    },
  }),
  { name: 'the id says nothing about the content', sha256: () => '0'.repeat(64), install: () => () => {} },
  methodMutant('the deadline counts from the answer', GroupHold.prototype, {
    prolonged(this: GroupHold) {
      prolonged.call(this, readClocks((this as unknown as { clock: Clock }).clock));
    },
  }),
  methodMutant('no fence', GroupHold.prototype, {
    mayAct(this: GroupHold) {
      mayAct.call(this);
      return true;
    },
  }),
  methodMutant('a message is removed before its handler has ended', Consumer.prototype, {
    async runHandler(this: ConsumerInside, message: HeldMessage, attempt: Attempt) {
      if (message.hold.mayAct()) await this.ends.remove(message);
      return runHandler.call(this, message, attempt);
    },
  }),
  methodMutant('attempts are not counted', MessageEnds.prototype, { count: async () => 2 }),
  methodMutant('second attempts run side by side', Turns.prototype, { take: async () => () => {} }),
  methodMutant('third attempts run beside others', AloneGate.prototype, { enter: async () => () => {} }),
  methodMutant('the messages of a group are prolonged apart', Prolonger.prototype, {
    judge(hold: GroupHold, resultOf: ReadonlyMap<HeldMessage, ReceiptResult>, sentAt: never) {
      const results = [...hold.messages].map((message) => resultOf.get(message));
      if (results.includes('done')) hold.prolonged(sentAt);
    },
  }),
  methodMutant('a dead letter is sent again under its old id', QueueSender.prototype, {
    send(this: QueueSender, ...[update, { permit }]: Parameters<typeof send>) {
      return send.call(this, update, { permit });
    },
  }),
];

function together(name: string, parts: readonly QueueMutant[]): QueueMutant {
  return {
    name,
    install() {
      const uninstall = parts.map((part) => part.install());
      return () => {
        for (const one of uninstall) one();
      };
    },
  };
}

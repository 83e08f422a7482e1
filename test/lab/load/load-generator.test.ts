import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LoadGenerator } from '../../../services/lab/load/load-generator.ts';
import type { EmulatorEvent, EventListener } from '../../../services/lab/telegram-emulator/events.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const firstChatId = 500;

/** A stand-in for the emulator: its events, and the updates pushed into it. */
class FakeEmulator {
  pushed: { chat: { id: number }; text: string }[] = [];
  pending = 0;
  private listener: EventListener | undefined;

  onEvent(listener: EventListener): () => void {
    this.listener = listener;
    return () => undefined;
  }

  pendingCount(): number {
    return this.pending;
  }

  pushUpdates(_token: string, updates: readonly unknown[]): number[] {
    for (const update of updates as { message: { chat: { id: number }; text: string } }[]) {
      this.pushed.push(update.message);
    }
    return updates.map((_, index) => index);
  }

  /** The bot answers a question. */
  answer({ chat, text }: { chat: { id: number }; text: string }): void {
    const message = { chat_id: chat.id, text: text.replace('№', '✓') };
    const event = { seq: 1, atMs: 0, botId: 1, type: 'message-sent', details: { message } };
    this.listener?.(event as EmulatorEvent);
  }
}

describe('LoadGenerator', () => {
  let emulator: FakeEmulator;
  let clock: VirtualClock;
  let load: LoadGenerator;
  let journal: number | undefined;
  let storeError: Error | undefined;

  beforeEach(() => {
    emulator = new FakeEmulator();
    clock = new VirtualClock();
    journal = 0;
    storeError = undefined;
    const unfinished = async (): Promise<number | undefined> => {
      if (storeError !== undefined) throw storeError;
      return journal;
    };
    load = new LoadGenerator({ emulator, token: '1:t', clock, unfinished, firstChatId });
  });

  afterEach(async () => {
    const closed = load.close();
    await clock.advance(10_000);
    await closed;
  });

  it('writes at the given rate, over the given number of chats', async () => {
    load.start({ perSecond: 10, chats: 4 });
    await clock.advance(10_000);
    expect(emulator.pushed.length).toBeGreaterThanOrEqual(99);
    expect(emulator.pushed.length).toBeLessThanOrEqual(102);
    expect(new Set(emulator.pushed.map(({ chat }) => chat.id)).size).toBe(4);
    expect(load.view()).toMatchObject({ running: true, perSecond: 10, chats: 4, answered: 0 });
  });

  it('keeps its counts when the rate changes, and starts over after a stop', async () => {
    load.start({ perSecond: 10, chats: 1 });
    await clock.advance(1000);
    load.start({ perSecond: 100, chats: 1 });
    await clock.advance(1000);
    expect(load.view().sent).toBeGreaterThan(100);
    load.stop();
    const { sent } = load.view();
    await clock.advance(2000);
    expect(load.view()).toMatchObject({ running: false, sent });
    load.start({ perSecond: 1, chats: 1 });
    await clock.advance(100);
    expect(load.view().sent).toBe(1);
  });

  it('ignores answers to an earlier load’s questions', async () => {
    load.start({ perSecond: 10, chats: 1 });
    await clock.advance(500);
    const [early] = emulator.pushed;
    load.stop();
    load.start({ perSecond: 10, chats: 1 });
    await clock.advance(500);
    if (early !== undefined) emulator.answer(early);
    expect(load.view()).toMatchObject({ answered: 0, repeated: 0 });
  });

  it('counts a message as lost only if queue and journal stay empty', async () => {
    load.start({ perSecond: 10, chats: 1 });
    await clock.advance(1000);
    load.stop();
    const { sent } = load.view();
    emulator.pending = 1;
    await clock.advance(5000);
    expect(load.view().lost).toBe(0);
    emulator.pending = 0;
    journal = 1;
    await clock.advance(5000);
    expect(load.view().lost).toBe(0);
    journal = undefined;
    await clock.advance(5000);
    expect(load.view().lost).toBe(0);
    journal = 0;
    await clock.advance(5000);
    expect(load.view()).toMatchObject({ lost: sent, waiting: 0 });
  });

  it('survives a store that does not answer, and counts nothing as lost', async () => {
    load.start({ perSecond: 10, chats: 1 });
    await clock.advance(1000);
    load.stop();
    const { sent } = load.view();
    storeError = new Error('the store is frozen');
    await clock.advance(5000);
    expect(load.view()).toMatchObject({ lost: 0, waiting: sent });
    storeError = undefined;
    await clock.advance(5000);
    expect(load.view()).toMatchObject({ lost: sent, waiting: 0 });
  });

  it('counts the answers', async () => {
    load.start({ perSecond: 10, chats: 2 });
    await clock.advance(1000);
    load.stop();
    for (const message of emulator.pushed) emulator.answer(message);
    const { sent } = load.view();
    expect(load.view()).toMatchObject({ answered: sent, waiting: 0, lost: 0, outOfOrder: 0, repeated: 0 });
  });
});

import { expect, it } from 'vitest';
import { AnswerTimes } from '../../../services/lab/measurements/answer-times.ts';
import type { EmulatorEvent, EventListener } from '../../../services/lab/telegram-emulator/events.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

it('measures from a person’s message to the bot’s next one, in the given chats', async () => {
  const clock = new VirtualClock();
  let hear: EventListener = () => undefined;
  const emulator = {
    onEvent: (listener: EventListener) => {
      hear = listener;
      return () => undefined;
    },
  };
  const times = new AnswerTimes({ clock, emulator, chatIds: [1] });
  const tell = (type: EmulatorEvent['type'], details: EmulatorEvent['details']): void =>
    hear({ seq: 0, atMs: 0, botId: 1, type, details });
  const asks = (chatId: number): void => tell('update-queued', { kind: 'message', chatId });
  const answers = (chat_id: number): void => tell('message-sent', { message: { chat_id } });

  asks(1);
  asks(2);
  await clock.advance(40);
  asks(1);
  answers(2);
  expect(times.recent()).toBeNull();
  await clock.advance(10);
  answers(1);
  answers(1);
  expect(times.recent()).toEqual({ p50: 50, p99: 50 });
  await clock.advance(3001);
  expect(times.recent()).toBeNull();
});

/**
 * The emulator's events, as they happen: the source of the page's live view.
 *
 * The last 1,000 events are kept, so that a listener that reconnects misses none. Tokens are left out: a bot is named by
 * its id.
 *
 * Tested by: test/lab/telegram-emulator/control.test.ts
 */
import { Listeners } from '../shared/listeners.ts';
import { History } from './history.ts';

const eventsKept = 1000;

type EmulatorEventType =
  | 'update-queued'
  | 'update-filtered'
  | 'update-vanished'
  | 'updates-confirmed'
  | 'updates-dropped'
  | 'poll-opened'
  | 'poll-closed'
  | 'poll-abandoned'
  | 'conflict'
  | 'message-sent'
  | 'message-edited'
  | 'message-deleted'
  | 'chat-action'
  | 'callback-answered'
  | 'inline-answered'
  | 'message-reacted'
  | 'method-unknown'
  | 'webhook-set'
  | 'webhook-deleted'
  | 'fault-met';

export interface EmulatorEvent {
  readonly seq: number;
  readonly atMs: number;
  readonly type: EmulatorEventType;
  readonly botId: number;
  readonly details: Readonly<Record<string, unknown>>;
}

export type EventListener = (event: EmulatorEvent) => void;

/** How a part of one bot reports an event. */
export type Tell = (type: EmulatorEventType, details: Readonly<Record<string, unknown>>) => void;

export class EventHub {
  readonly #listeners = new Listeners<[event: EmulatorEvent]>();
  readonly #history = new History<EmulatorEvent>(eventsKept);
  readonly #wallMs: () => number;

  constructor(wallMs: () => number) {
    this.#wallMs = wallMs;
  }

  forBot(botId: number): Tell {
    return (type, details) => {
      const event = { seq: this.#history.total + 1, atMs: this.#wallMs(), type, botId, details };
      this.#history.add(event);
      this.#listeners.notify(event);
    };
  }

  /** Returns a function that removes the listener. */
  listen(listener: EventListener): () => void {
    return this.#listeners.add(listener);
  }

  /** The kept events after the given number, oldest first. */
  since(seq: number): EmulatorEvent[] {
    return this.#history.last().filter((event) => event.seq > seq);
  }
}

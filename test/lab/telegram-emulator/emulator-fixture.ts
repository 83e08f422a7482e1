/** The emulator on a virtual clock, without HTTP: rules about seconds are tested in no time. */
import type { Random } from '../../../services/core/platform/random.ts';
import { Arguments } from '../../../services/lab/telegram-emulator/arguments.ts';
import { type PushedUpdate, readPushedUpdate } from '../../../services/lab/telegram-emulator/bot.ts';
import { Emulator } from '../../../services/lab/telegram-emulator/emulator.ts';
import type { UploadedFile } from '../../../services/lab/telegram-emulator/multipart.ts';
import type { Act } from '../../../services/lab/telegram-emulator/people-acts.ts';
import type { BotState } from '../../../services/lab/telegram-emulator/state.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const token = '1000:secret';

interface Answer {
  readonly ok: boolean;
  readonly result?: unknown;
  readonly description?: string;
  readonly error_code?: number;
}

/** A call in progress: its answer and the time of the answer, once it is there. */
interface Pending {
  answer?: Answer;
  answeredAtMs?: number;
  /** The ids of the updates in the answer. */
  ids?: number[];
  hangUp(): void;
}

export interface Rig {
  readonly clock: VirtualClock;
  readonly emulator: Emulator;
  /** Starts a getUpdates and runs everything that needs no time to pass. */
  poll(args?: Record<string, unknown>): Promise<Pending>;
  /** The ids in the answer to a getUpdates that does not wait. */
  ids(args?: Record<string, unknown>): Promise<number[]>;
  /** `files`: the parts of a multipart body, by their names. */
  call(method: string, args?: Record<string, unknown>, files?: Record<string, UploadedFile>): Promise<Answer>;
  push(...updates: Record<string, unknown>[]): (number | null)[];
  /** Somebody does something; throws what the emulator refuses. */
  act(act: Act): unknown;
  /** Pushes messages with these ids. */
  pushIds(...ids: number[]): void;
  state(): BotState;
}

export const message = (text = 'hello'): Record<string, unknown> => ({
  message: { message_id: 1, date: 0, chat: { id: 7, type: 'private' }, text },
});

export function startRig({ unit = 0.5 }: { unit?: number } = {}): Rig {
  const clock = new VirtualClock();
  const random: Random = { unit: () => unit, token: () => '0'.repeat(32) };
  const emulator = new Emulator({ clock, random });

  const start = (
    method: string,
    values: Record<string, unknown>,
    files: Record<string, UploadedFile> = {},
  ): Pending => {
    const gone = new AbortController();
    const pending: Pending = { hangUp: () => gone.abort() };
    const client = { name: 'test', gone: gone.signal };
    const args = Arguments.of(values, new Map(Object.entries(files)));
    void emulator.call({ token, method, args, client }).then(({ body }) => {
      pending.answer = JSON.parse(body) as Answer;
      pending.answeredAtMs = clock.monotonicMs();
      const { result } = pending.answer;
      if (Array.isArray(result))
        pending.ids = result.map((update: { update_id: number }) => update.update_id);
    });
    return pending;
  };
  const push: Rig['push'] = (...updates) => {
    const read = updates.map((update) => readPushedUpdate(update));
    const bad = read.find((update) => typeof update === 'string');
    if (bad !== undefined) throw new TypeError(bad);
    return emulator.push(token, read as PushedUpdate[]) ?? [];
  };
  const poll: Rig['poll'] = async (args = {}) => {
    const pending = start('getUpdates', args);
    await clock.settle();
    return pending;
  };
  return {
    clock,
    emulator,
    poll,
    push,
    async ids(args = {}) {
      // Apart from the last call by more than 3 s, so that the throttle for equal offsets has no say.
      await clock.advance(3001);
      const { ids } = await poll({ ...args, timeout: 0 });
      if (ids === undefined) throw new Error('the call was not answered at once');
      return ids;
    },
    async call(method, args = {}, files = {}) {
      const pending = start(method, args, files);
      await clock.settle();
      if (pending.answer === undefined) throw new Error(`${method} was not answered at once`);
      return pending.answer;
    },
    act(act) {
      const { result, description } = JSON.parse(emulator.act(token, act).body) as Answer;
      if (description !== undefined) throw new TypeError(description);
      return result;
    },
    pushIds: (...ids) => void push(...ids.map((update_id) => ({ update_id, ...message() }))),
    state() {
      const state = emulator.state(token);
      if (state === undefined) throw new Error('no such bot');
      return state;
    },
  };
}

/**
 * Who polls, and the pauses without a poll: read from the emulator's events.
 *
 * One watch runs as long as the lab; a *session* of it measures one drill. A client is a connection to the emulator; one
 * process may have several, one after another.
 */
import type { Clock } from '../../core/platform/clock.ts';
import type { EmulatorEvent } from '../telegram-emulator/events.ts';
import type { RunningEmulator } from '../telegram-emulator/server.ts';

interface OpenPoll {
  readonly client: string;
}

const watchedTypes: readonly string[] = ['poll-opened', 'poll-closed', 'poll-abandoned', 'conflict'];
/** More connections than a few workers make in many hand-overs. */
const clientsKept = 200;

export class PollWatch {
  readonly open = new Map<number, OpenPoll>();
  /** The client that polled last. */
  latest: string | undefined;
  private readonly clock: Clock;
  private readonly ignored = new Set<string>();
  private readonly sessions = new Set<PollSession>();
  private readonly stopListening: () => void;

  constructor({ clock, emulator }: { clock: Clock; emulator: Pick<RunningEmulator, 'onEvent'> }) {
    this.clock = clock;
    this.stopListening = emulator.onEvent((event) => this.onEvent(event));
  }

  close(): void {
    this.stopListening();
  }

  /** Ignores a client that is not a worker. */
  ignore(client: string): void {
    remember(this.ignored, client);
  }

  begin(): PollSession {
    const session: PollSession = new PollSession(this.clock, this, () => this.sessions.delete(session));
    this.sessions.add(session);
    return session;
  }

  private onEvent({ type, details }: EmulatorEvent): void {
    if (!watchedTypes.includes(type)) return;
    const pollId = Number(details['pollId']);
    const client = String(details['client']);
    if (this.ignored.has(client)) return;
    if (type === 'conflict') {
      for (const session of this.sessions) session.conflicts += 1;
    } else if (type === 'poll-opened') {
      this.open.set(pollId, { client });
      for (const session of this.sessions) session.opened(client);
      this.latest = client;
    } else if (this.open.delete(pollId)) {
      for (const session of this.sessions) session.closed();
    }
  }
}

export class PollSession {
  polls = 0;
  /** 409 answers to the workers' polls. */
  conflicts = 0;
  /** Polls by disowned clients. */
  disownedPolls = 0;
  private readonly clock: Clock;
  private readonly watch: PollWatch;
  private readonly leave: () => void;
  private readonly disowned = new Set<string>();
  private longestMs = 0;
  private idleSinceMs: number | undefined;

  constructor(clock: Clock, watch: PollWatch, leave: () => void) {
    this.clock = clock;
    this.watch = watch;
    this.leave = leave;
    this.update();
  }

  /** The longest time without a poll, including a current one. */
  get longestPauseMs(): number {
    return Math.max(this.longestMs, this.currentPauseMs);
  }

  get isPolled(): boolean {
    return this.idleSinceMs === undefined;
  }

  end(): void {
    this.leave();
  }

  /** The current client is frozen: its open polls no longer count as polling. */
  disown(): void {
    const { latest, open } = this.watch;
    if (latest !== undefined) this.disowned.add(latest);
    for (const { client } of open.values()) this.disowned.add(client);
    this.update();
  }

  /** The frozen client woke up in time: its polls count again. */
  own(): void {
    this.disowned.clear();
    this.update();
  }

  opened(client: string): void {
    this.polls += 1;
    if (this.disowned.has(client)) this.disownedPolls += 1;
    this.update();
  }

  closed(): void {
    this.update();
  }

  private get currentPauseMs(): number {
    return this.idleSinceMs === undefined ? 0 : this.clock.monotonicMs() - this.idleSinceMs;
  }

  private update(): void {
    const isPolled = [...this.watch.open.values()].some(({ client }) => !this.disowned.has(client));
    if (isPolled === this.isPolled) return;
    if (isPolled) {
      this.longestMs = this.longestPauseMs;
      this.idleSinceMs = undefined;
    } else this.idleSinceMs = this.clock.monotonicMs();
  }
}

function remember(names: Set<string>, name: string): void {
  names.delete(name);
  names.add(name);
  const [oldest] = names;
  if (names.size > clientsKept && oldest !== undefined) names.delete(oldest);
}

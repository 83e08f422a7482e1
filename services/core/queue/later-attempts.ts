/**
 * Decides when an update that was delivered before may begin, and as which attempt. One of those is what ended the
 * process, so that they run apart.
 *
 * - The second attempt runs while no other second attempt does (`turns.ts`), the third alone in its process
 *   (`alone-gate.ts`), and instead of a fourth the update becomes a dead letter.
 * - An attempt is counted in the store right before it begins, when its turn has come: whoever waits loses none to the
 *   one whose turn it is. One that was counted begins, even if a stop comes meanwhile.
 * - While the store is away, nobody has a turn: first attempts need no store, and go on.
 */
import type { Clock } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import type { Attempt } from '../updates/handler-run.ts';
import { attemptsMax } from '../updates/journal.ts';
import type { AloneGate } from './alone-gate.ts';
import type { HeldMessage } from './group-hold.ts';
import type { MessageEnds } from './message-ends.ts';
import { retryDelayMs } from './retry-delay.ts';
import { Turns } from './turns.ts';

type NotBegun = 'dead letter' | 'lost' | 'term over';

export interface LaterAttemptsOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly gate: AloneGate;
  readonly ends: MessageEnds;
  readonly onDeadLetter: (message: HeldMessage) => void;
}

export class LaterAttempts {
  private readonly options: LaterAttemptsOptions;
  private readonly stop: AbortSignal;
  private readonly turns: Turns;

  constructor(options: LaterAttemptsOptions, stop: AbortSignal) {
    this.options = options;
    this.stop = stop;
    this.turns = new Turns(options.clock);
  }

  /** For a message that was delivered before, or cannot be read. */
  async begin(message: HeldMessage): Promise<Attempt | NotBegun> {
    if (message.isUnreadable) return this.bury(message, 0);
    const { clock, ends, random } = this.options;
    const token = random.token();
    for (let failures = 1; ; failures++) {
      const number = await ends.nextAttempt(message, token, this.stop);
      if (number === undefined) return this.notBegun();
      if (number > attemptsMax) return this.bury(message, attemptsMax);
      const begun = await this.tryToBegin(message, { number, token });
      if (begun !== undefined) return begun;
      const ended = AbortSignal.any([message.hold.overSignal, this.stop]);
      await clock.sleep(retryDelayMs(failures, random), ended);
    }
  }

  /** Undefined if the store did not count it: others have their turn before it is tried again. */
  private async tryToBegin(
    message: HeldMessage,
    { number, token }: { readonly number: number; readonly token: string },
  ): Promise<Attempt | NotBegun | undefined> {
    const { gate, ends } = this.options;
    const { hold } = message;
    const release = number < attemptsMax ? await this.takeTurn(hold) : await gate.enter(hold.overSignal);
    if (this.stop.aborted || !hold.mayAct()) {
      release();
      return this.notBegun();
    }
    // From here on it counts as running: nothing gets in alone beside it, and a stop does not give it back.
    gate.begun();
    message.state = 'counting';
    const counted = await ends.count(message, token);
    if (counted === number) return { number, release };
    message.state = 'waiting';
    gate.ended();
    release();
    if (this.stop.aborted) await ends.giveBack([message]);
    return undefined;
  }

  private async takeTurn({ overSignal }: HeldMessage['hold']): Promise<() => void> {
    const { gate } = this.options;
    const release = await this.turns.take(AbortSignal.any([overSignal, this.stop]));
    for (let closed = gate.untilOpen(); closed !== undefined; closed = gate.untilOpen()) await closed;
    return release;
  }

  private async bury(message: HeldMessage, attempts: number): Promise<NotBegun> {
    const { ends, onDeadLetter } = this.options;
    if (!(await ends.bury(message, attempts, this.stop))) return this.notBegun();
    onDeadLetter(message);
    return (await ends.remove(message)) ? 'dead letter' : 'lost';
  }

  private notBegun(): NotBegun {
    return this.stop.aborted ? 'term over' : 'lost';
  }
}

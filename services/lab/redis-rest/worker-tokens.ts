/**
 * Each worker's own token for the store, so that one worker can be cut off alone.
 *
 * The lab's own token opens the store too and is never blocked. A worker's token contains it, so the same redaction keeps
 * both out of everything shown.
 */
import type { Faults } from './faults.ts';

export class WorkerTokens {
  /** All valid tokens; the REST server checks them on each request. */
  readonly tokens: string[];
  private readonly own: string;

  constructor(own: string) {
    this.own = own;
    this.tokens = [own];
  }

  /** Issues a token for the worker of the task with this id. */
  issue(taskId: string): string {
    const token = this.tokenOf(taskId);
    this.tokens.push(token);
    return token;
  }

  /** To be called when the task has ended. */
  revoke(taskId: string, faults: Faults): void {
    const token = this.tokenOf(taskId);
    const at = this.tokens.indexOf(token);
    if (at !== -1) this.tokens.splice(at, 1);
    faults.set(token, { kind: 'none' });
  }

  /** The store refuses this worker's connections from now on. */
  block(taskId: string, faults: Faults): void {
    faults.set(this.tokenOf(taskId), { kind: 'refuse' });
  }

  unblock(taskId: string, faults: Faults): void {
    faults.set(this.tokenOf(taskId), { kind: 'none' });
  }

  private tokenOf(taskId: string): string {
    return `${this.own}.${taskId}`;
  }
}

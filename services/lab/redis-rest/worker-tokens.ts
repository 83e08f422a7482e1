/**
 * Each worker's own token for the store, so that one of them can be cut off from it alone.
 *
 * The lab's own token opens the store as well and is never cut. A worker's token contains it, and is therefore kept
 * out of what is shown by the same redaction.
 */
import type { Faults } from './faults.ts';

export class WorkerTokens {
  /** All that are valid now; the REST server looks at each request. */
  readonly tokens: string[];
  private readonly own: string;

  constructor(own: string) {
    this.own = own;
    this.tokens = [own];
  }

  /** A token for the worker of the task with this id. */
  issue(taskId: string): string {
    const token = this.tokenOf(taskId);
    this.tokens.push(token);
    return token;
  }

  /** The task has ended. */
  revoke(taskId: string, faults: Faults): void {
    const token = this.tokenOf(taskId);
    const at = this.tokens.indexOf(token);
    if (at !== -1) this.tokens.splice(at, 1);
    faults.set(token, { kind: 'none' });
  }

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

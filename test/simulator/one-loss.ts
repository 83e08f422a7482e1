/** One request of a process, or one answer to it, that is lost on purpose. */
export interface Loss {
  readonly what: 'request' | 'answer';
  /** How many requests of the process go out before. */
  readonly after: number;
}

export class OneLoss {
  private process: string | undefined;
  private what: Loss['what'] = 'request';
  private left = 0;

  plan(process: string, { what, after }: Loss): void {
    this.process = process;
    this.what = what;
    this.left = after;
  }

  /** Call it for each request; returns what of it is lost. */
  take(process: string): Loss['what'] | undefined {
    if (process !== this.process) return undefined;
    if (this.left-- > 0) return undefined;
    this.process = undefined;
    return this.what;
  }
}

/** Functions to call when something happens. They are called at once, in the order in which they were added. */
export class Listeners<Arguments extends readonly unknown[] = []> {
  private readonly listeners = new Set<(...args: Arguments) => void>();

  /** Returns a function that removes the listener. */
  add(listener: (...args: Arguments) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  notify(...args: Arguments): void {
    for (const listener of this.listeners) listener(...args);
  }
}

/**
 * Tells every open page what has changed, over server-sent events.
 *
 * A page gets everything when it connects, then each section that differs from what was sent before, each line of the
 * log and each sample. Nothing is read while nobody looks, and the store at most once a second however many look and
 * whatever happens; what the lab knows by itself is told at once. A page that does not keep up is let go and connects
 * again.
 */
import type { ServerResponse } from 'node:http';
import type { Lab } from '../lab.ts';
import { labFacts, lookAtStore, type Sections, type StoreLook, takeSections } from './snapshot.ts';

const lookEveryMs = 1000;
/** What happens at once is shown together. */
const gatherMs = 60;
const unreadBytesMax = 2 ** 20;

export class LiveView {
  private readonly lab: Lab;
  private readonly pages = new Set<ServerResponse>();
  private readonly closing = new AbortController();
  private readonly stopListening: (() => void)[];
  private sent = new Map<string, string>();
  private hurry = new AbortController();
  private loop: Promise<void> | undefined;

  constructor(lab: Lab) {
    this.lab = lab;
    const hurry = (): void => this.hurry.abort();
    this.stopListening = [
      lab.tasks.onChange(hurry),
      lab.conversations.onChange(hurry),
      lab.drills.onChange(hurry),
      lab.tour.onChange(hurry),
      lab.times.onChange(() => this.broadcast('lab', JSON.stringify(labFacts(lab)))),
      lab.sampler.onSample((sample) => this.broadcast('sample', JSON.stringify(sample))),
      lab.log.onEntry((entry) => this.broadcast('log', JSON.stringify([entry]))),
    ];
    lab.aws.onPublish(hurry);
  }

  /** Leaves the answer open. */
  connect(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    this.write(response, 'lab', JSON.stringify(labFacts(this.lab)));
    this.write(response, 'log', JSON.stringify(this.lab.log.entries));
    this.write(response, 'samples', JSON.stringify(this.lab.sampler.samples));
    for (const [name, json] of this.sent) this.write(response, name, json);
    this.pages.add(response);
    response.on('close', () => this.pages.delete(response));
    this.loop ??= this.keepLooking();
  }

  async close(): Promise<void> {
    this.closing.abort();
    this.hurry.abort();
    for (const stop of this.stopListening) stop();
    for (const page of this.pages) page.end();
    await this.loop;
  }

  /** Until the last page has gone. */
  private async keepLooking(): Promise<void> {
    const { clock } = this.lab;
    let look: StoreLook | undefined;
    let dueMs = clock.monotonicMs();
    while (this.pages.size > 0 && !this.closing.signal.aborted) {
      this.hurry = new AbortController();
      if (look === undefined || clock.monotonicMs() >= dueMs) {
        dueMs = clock.monotonicMs() + lookEveryMs;
        look = await lookAtStore(this.lab);
      }
      this.tell(takeSections(this.lab, look));
      await clock.sleep(gatherMs, this.closing.signal);
      await clock.sleep(dueMs - clock.monotonicMs(), this.hurry.signal);
    }
    this.sent = new Map();
    this.loop = undefined;
  }

  private tell(sections: Sections): void {
    for (const [name, section] of Object.entries(sections)) {
      const json = JSON.stringify(section);
      if (this.sent.get(name) === json) continue;
      this.sent.set(name, json);
      this.broadcast(name, json);
    }
  }

  private broadcast(event: string, json: string): void {
    for (const page of this.pages) this.write(page, event, json);
  }

  private write(page: ServerResponse, event: string, json: string): void {
    if (page.writableLength > unreadBytesMax) page.destroy();
    else page.write(`event: ${event}\ndata: ${json}\n\n`);
  }
}

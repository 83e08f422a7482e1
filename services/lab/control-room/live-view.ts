/**
 * Sends changes to every open page, over server-sent events.
 *
 * A page gets everything on connection, then each section that changed, each log line and each sample. The store is read
 * at most once a second however many pages are open, and not at all without a page; the lab's own changes go out at once.
 * A page that reads too slowly is disconnected and connects again.
 *
 * Tested by: test/lab/lab.test.ts
 */
import type { ServerResponse } from 'node:http';
import type { Lab } from '../lab.ts';
import { servicesOf } from '../queue-mode/queue-mode.ts';
import { buildSections, labFacts, type Sections } from './snapshot.ts';
import { readStore, type StoreReading } from './store-reading.ts';

const readEveryMs = 1000;
/** Changes within this time go out together. */
const gatherMs = 60;
const bufferedBytesMax = 2 ** 20;

export class LiveView {
  private readonly lab: Lab;
  private readonly pages = new Set<ServerResponse>();
  private readonly closing = new AbortController();
  private readonly stopListening: (() => void)[];
  private sent = new Map<string, string>();
  private wakeUp = new AbortController();
  private loop: Promise<void> | undefined;

  constructor(lab: Lab) {
    this.lab = lab;
    const wake = (): void => this.wakeUp.abort();
    this.stopListening = [
      ...servicesOf(lab).map((service) => service.onChange(wake)),
      lab.conversations.onChange(wake),
      lab.drills.onChange(wake),
      lab.tour.onChange(wake),
      lab.watch?.onChange(wake) ?? (() => {}),
      lab.times.onChange(() => this.broadcast('lab', JSON.stringify(labFacts(lab)))),
      lab.sampler.onSample((sample) => this.broadcast('sample', JSON.stringify(sample))),
      lab.log.onEntry((entry) => this.broadcast('log', JSON.stringify([entry]))),
    ];
    lab.aws.onPublish(wake);
  }

  /** Keeps the response open. */
  connect(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    this.write(response, 'lab', JSON.stringify(labFacts(this.lab)));
    this.write(response, 'log', JSON.stringify(this.lab.log.entries));
    this.write(response, 'samples', JSON.stringify(this.lab.sampler.samples));
    for (const [name, json] of this.sent) this.write(response, name, json);
    this.pages.add(response);
    response.on('close', () => this.pages.delete(response));
    this.loop ??= this.publishLoop();
  }

  async close(): Promise<void> {
    this.closing.abort();
    this.wakeUp.abort();
    for (const stop of this.stopListening) stop();
    for (const page of this.pages) page.end();
    await this.loop;
  }

  /** Runs until the last page has gone. */
  private async publishLoop(): Promise<void> {
    const { clock } = this.lab;
    let reading: StoreReading | undefined;
    let dueMs = clock.monotonicMs();
    while (this.pages.size > 0 && !this.closing.signal.aborted) {
      this.wakeUp = new AbortController();
      if (reading === undefined || clock.monotonicMs() >= dueMs) {
        dueMs = clock.monotonicMs() + readEveryMs;
        reading = await readStore(this.lab);
      }
      this.publish(buildSections(this.lab, reading));
      await clock.sleep(gatherMs, this.closing.signal);
      await clock.sleep(dueMs - clock.monotonicMs(), this.wakeUp.signal);
    }
    this.sent = new Map();
    this.loop = undefined;
  }

  private publish(sections: Sections): void {
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
    if (page.writableLength > bufferedBytesMax) page.destroy();
    else page.write(`event: ${event}\ndata: ${json}\n\n`);
  }
}

/**
 * The control room's page without a lab: the test itself tells the page what a lab would, event by event.
 *
 * For what no real lab does on demand: an event at the very moment, a fault and no other.
 */
import type { BrowserContextOptions, Page } from 'playwright-core';
import type { NowSection, WorkerView } from '../../services/lab/control-room/snapshot.ts';
import { drillFacts } from '../../services/lab/drills/drill-facts.ts';
import { labTimes } from '../../services/lab/settings/lab-times.ts';
import { tourStepFacts } from '../../services/lab/tour/tour-facts.ts';
import { holds, type RoomBrowser } from './browser.ts';

export interface ToldPage {
  readonly page: Page;
  /** `also`: what is evaluated in the page at the same moment. */
  tell(section: string, value: unknown, also?: string): Promise<void>;
}

const streamOfTheTest = `window.EventSource = class {
  constructor() {
    window.told = this;
    this.listeners = {};
  }
  addEventListener(name, listener) {
    this.listeners[name] = listener;
  }
}`;

export const labSection = {
  times: labTimes(1),
  store: 'embedded',
  prometheusUrl: null,
  drills: drillFacts,
  tourSteps: tourStepFacts,
};

const since = '2026-03-01T10:00:00.000Z';
const [leader, standby] = ['worker-1', 'worker-2'].map((name, index): WorkerView => {
  const role = index === 0 ? 'leader' : 'standby';
  const polls = { epoch: 1, since, lastPollAgeSeconds: 3, inFlight: 0, lastError: null };
  return {
    ...{ name, role, pid: 100 + index, sidecarPid: 200 + index, health: 'ok', frozen: false },
    ...{ startedAtMs: 0, waitingFor: index === 0 ? null : 'pid 100' },
    details: index === 0 ? { role, ...polls } : { role },
  };
}) as [WorkerView, WorkerView];

/** All is well, but for what the test says; `details` are the leader's. */
export function nowSection({
  details = {},
  ...other
}: Partial<NowSection> & { details?: Readonly<Record<string, unknown>> } = {}): NowSection {
  return {
    atMs: Date.parse(since) + 60_000,
    storeError: null,
    leader: {
      ...{ worker: leader.name, pid: leader.pid, host: 'host', epoch: 1, since, ttlMs: 27_000 },
      ...{ revoked: false, quarantine: false },
    },
    workers: [{ ...leader, details: { ...leader.details, ...details } }, standby],
    stoppedWorkers: [],
    heartbeat: { ageSeconds: 4, staleSeconds: 300, intervalSeconds: 20, epoch: 1, lastError: null },
    ...{ pendingUpdates: 0, outage: null, alertFlag: null, monitorStopped: false, journal: 0 },
    monitor: { runs: 1, lastRunAtMs: Date.parse(since), lastError: null, lastReport: null },
    faults: { telegram: null, store: null, cutWorkers: [], roguePolling: false },
    ...other,
  };
}

/** The page as it is when all is well. */
export async function openTold(
  { blank }: RoomBrowser,
  url: string,
  options?: BrowserContextOptions,
): Promise<ToldPage> {
  const page = await blank(options);
  await page.addInitScript(streamOfTheTest);
  await page.route('**/api/**', (route) => route.fulfill({ json: { ok: true } }));
  await page.goto(url);
  await holds(page, 'window.told?.listeners.now !== undefined');
  const tell: ToldPage['tell'] = async (section, value, also = '') => {
    const event = JSON.stringify({ data: JSON.stringify(value) });
    await page.evaluate(`told.listeners[${JSON.stringify(section)}](${event});${also}`);
  };
  await tell('lab', labSection);
  await tell('now', nowSection());
  await page.locator('#summary[data-tone="good"]').waitFor();
  return { page, tell };
}

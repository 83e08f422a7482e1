/**
 * The control room's page without a lab: the test sends the lab's events itself, one by one.
 *
 * For cases that a real lab does not produce on demand: an event at an exact moment, one fault and no other.
 */
import type { BrowserContextOptions, Page } from 'playwright-core';
import type { NowSection, WorkerView } from '../../services/lab/control-room/snapshot.ts';
import { drillFacts } from '../../services/lab/drills/drill-facts.ts';
import { labTimes } from '../../services/lab/settings/lab-times.ts';
import { same } from '../../services/lab/shared/text.ts';
import { tourSpeed } from '../../services/lab/tour/tour.ts';
import { tourStepFacts } from '../../services/lab/tour/tour-facts.ts';
import { type ControlRoomBrowser, waitUntil } from './browser.ts';

export interface ScriptedPage {
  readonly page: Page;
  /** @param also a script to evaluate in the page at the same moment */
  send(section: string, value: unknown, also?: string): Promise<void>;
}

const scriptedEventSource = `window.EventSource = class {
  constructor() {
    window.scripted = this;
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
  tourSpeed,
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

/** All is well except for `other`; `details` are merged into the leader's. */
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
    health: { state: 'works', tone: 'good', line: same('The bot works'), isTold: false },
    snoozedUntil: null,
    monitor: { runs: 1, lastRunAtMs: Date.parse(since), lastError: null, lastReport: null },
    faults: { telegram: null, store: null, queue: null, cutWorkers: [], roguePolling: false },
    ...other,
  };
}

/** Opens the page in a state where all is well. */
export async function openScriptedPage(
  { blank }: ControlRoomBrowser,
  url: string,
  options?: BrowserContextOptions,
): Promise<ScriptedPage> {
  const page = await blank(options);
  await page.addInitScript(scriptedEventSource);
  await page.route('**/api/**', (route) => route.fulfill({ json: { ok: true } }));
  await page.goto(url);
  await waitUntil(page, 'window.scripted?.listeners.now !== undefined');
  const send: ScriptedPage['send'] = async (section, value, also = '') => {
    const event = JSON.stringify({ data: JSON.stringify(value) });
    await page.evaluate(`scripted.listeners[${JSON.stringify(section)}](${event});${also}`);
  };
  await send('lab', labSection);
  await send('now', nowSection());
  await page.locator('#summary[data-tone="good"]').waitFor();
  return { page, send };
}

/** Runs the outage's scripts on each store, once and twice: a client repeats a script when its answer was lost. */
import { beforeEach } from 'vitest';
import { redisAuditTrail } from '../../services/adapters/redis/audit-trail.ts';
import type { ScriptRunner } from '../../services/adapters/redis/lua-scripts.ts';
import { redisOutageStore } from '../../services/adapters/redis/outage/outage-store.ts';
import type { Claim, DeliveryOutcome } from '../../services/core/alerts/delivery-store.ts';
import type { Recipient } from '../../services/core/alerts/recipients.ts';
import { type HeartbeatReading, readHeartbeat } from '../../services/core/lease/heartbeat.ts';
import type { OutageStore } from '../../services/core/monitor/outage-store.ts';
import type { Opening } from '../../services/core/outage/outage-detector.ts';
import { storeKeys } from '../../services/core/platform/store-keys.ts';
import { describeOnEachStore, type TestStore } from './redis-backends.ts';

export const outageKeys = storeKeys('p:');
export const absent = readHeartbeat(null);
export const beat = '{"ts":"2026-03-01T03:00:00.000Z"}';
export const recipients: readonly Recipient[] = [
  { channel: 'IN_APP', address: '101' },
  { channel: 'TELEGRAM', address: '101' },
  { channel: 'SNS', address: 'topic' },
];
export const sent: DeliveryOutcome = { kind: 'sent' };
export const later = {
  kind: 'retry',
  delayMs: 0,
  mayHaveArrived: false,
  why: 'a | b',
} as const satisfies DeliveryOutcome;
export const dead: DeliveryOutcome = { kind: 'dead', why: 'blocked' };

/** The second runner loses each script's first answer: the client repeats the script and sees only the second. */
const runners: readonly (readonly [string, (store: TestStore) => ScriptRunner])[] = [
  ['run once', (store) => store],
  [
    'run twice because an answer was lost',
    (store) => ({
      async run(script, scriptKeys, args) {
        await store.run(script, scriptKeys, args);
        return store.run(script, scriptKeys, args);
      },
    }),
  ],
];

export class OutageFixture {
  readonly outages: OutageStore;
  readonly store: TestStore;
  private tokens = 0;

  constructor(store: TestStore, runner: ScriptRunner) {
    this.store = store;
    this.outages = redisOutageStore(runner, outageKeys);
  }

  async open(
    id = 'outage-1',
    to = recipients,
    judged: HeartbeatReading = absent,
    opening: Opening = { tell: 'down' },
    afterId?: string | null,
  ) {
    const { memory } = await this.outages.observe({ noteRun: false });
    return this.outages.open(judged, {
      id,
      afterId: afterId === undefined ? (memory.outage?.id ?? null) : afterId,
      sinceMs: 1000,
      opening,
      unstableId: `unstable-of-${id}`,
      recipients: to,
      why: 'silent',
    });
  }

  async recover(id = 'outage-1') {
    return this.outages.recover(await this.fresh(), { id, why: 'a beat' });
  }

  async claim(run = 'run-1'): Promise<Claim | undefined> {
    this.tokens += 1;
    return this.outages.claim(run, `token-${this.tokens}`);
  }

  async mustClaim(run = 'run-1'): Promise<Claim> {
    const claim = await this.claim(run);
    if (claim === undefined) throw new Error('expected a due delivery');
    return claim;
  }

  async claimAll(run = 'run-1'): Promise<readonly Claim[]> {
    const claims: Claim[] = [];
    for (let one = await this.claim(run); one !== undefined; one = await this.claim(run)) claims.push(one);
    return claims;
  }

  /** Writes a fresh heartbeat. */
  async fresh(): Promise<HeartbeatReading> {
    await this.store.command('SET', outageKeys.heartbeat, beat);
    return readHeartbeat(beat);
  }

  async auditEvents(): Promise<readonly string[]> {
    const trail = redisAuditTrail({ command: (args) => this.store.command(...args) }, outageKeys);
    return (await trail.latest(10)).map(({ event }) => event).reverse();
  }

  /** Expires all claims and delays, as if 45 seconds had passed: a test cannot move a real server's clock. */
  async endClaims(): Promise<void> {
    const all = (await this.store.command('HGETALL', outageKeys.deliveries)) as readonly string[];
    for (let i = 0; i < all.length; i += 2) {
      const parts = String(all[i + 1]).split('|');
      if (parts[0] === 'pending' && parts[3] !== '0') parts[3] = '1';
      if (parts[4] !== '0') parts[4] = '1';
      await this.store.command('HSET', outageKeys.deliveries, String(all[i]), parts.join('|'));
    }
  }
}

export function names(claims: readonly Claim[]): readonly string[] {
  return claims.map(({ event, recipient }) => `${event} ${recipient.channel}`).sort();
}

export function describeOutageScripts(name: string, suite: (fixture: () => OutageFixture) => void): void {
  for (const [times, runnerOf] of runners) {
    describeOnEachStore(`${name}, ${times},`, (store) => {
      let fixture: OutageFixture | undefined;
      beforeEach(() => {
        fixture = new OutageFixture(store(), runnerOf(store()));
      });
      suite(() => {
        if (fixture === undefined) throw new Error('the fixture exists only inside tests');
        return fixture;
      });
    });
  }
}

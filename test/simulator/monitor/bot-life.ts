/**
 * The simulated bot: it writes heartbeats, falls silent for about the limit or much longer, and flaps; other programs
 * spoil or delete its heartbeat. Events that cause warnings happen beside it.
 */
import { redisWarningStore } from '../../../services/adapters/redis/outage/warning-store.ts';
import { ConflictAlarm } from '../../../services/core/alerts/conflict-alarm.ts';
import type { AuditEvent } from '../../../services/core/platform/audit-trail.ts';
import type { StoreKeys } from '../../../services/core/platform/store-keys.ts';
import type { EmbeddedStore } from '../../../services/lab/redis-rest/embedded-store.ts';
import type { VirtualClock } from '../../support/virtual-clock.ts';
import type { Prng } from '../prng.ts';
import type { SimulatedProcess } from '../process.ts';
import type { OutageChecker } from './outage-checker.ts';
import type { StoreLine } from './store-line.ts';
import type { WarningChecker } from './warning-checker.ts';

export interface BotLifeOptions {
  readonly trueTime: VirtualClock;
  readonly store: EmbeddedStore;
  readonly keys: StoreKeys;
  readonly line: StoreLine;
  /** The bot's own process, which raises warnings itself. */
  readonly process: SimulatedProcess;
  readonly chance: Prng;
  readonly superadminIds: readonly string[];
  readonly outages: OutageChecker;
  readonly warnings: WarningChecker;
  readonly note: (line: string) => void;
}

/** The value of a lock that a person set by hand, recognisable in the warning about it. */
export function lockWithoutExpiryOf(host: string): string {
  return JSON.stringify({ host });
}

const minuteMs = 60_000;
const beatEveryMs = 20_000;
const phases = [
  'up',
  'up',
  'silent',
  'silent',
  'malformed',
  'future',
  'gone',
  'flapping',
  'relapse',
] as const;
const spoiltHeartbeats = [
  '',
  'null',
  '"a string"',
  '{"ts":5}',
  '{"ts":"soon"}',
  '{"ts":"1"}',
  '{',
  '[]',
  'WRONGTYPE',
];
const events = ['dead', 'put back', 'broken', 'task stopped', 'lock without expiry', 'conflicts'] as const;

export class BotLife {
  private readonly options: BotLifeOptions;
  private endMs = 0;

  constructor(options: BotLifeOptions) {
    this.options = options;
  }

  /** Lives one phase after another until then. */
  async live(untilMs: number): Promise<void> {
    const { chance, trueTime, note } = this.options;
    this.endMs = untilMs;
    if (chance.happens(0.8)) await this.up(chance.integer(1, 3) * minuteMs);
    while (trueTime.monotonicMs() < untilMs) {
      const phase = chance.oneOf(phases);
      note(`--- the bot: ${phase}`);
      if (phase === 'up') await this.up(chance.integer(1, 8) * minuteMs);
      else if (phase === 'silent') await this.pass(this.silenceMs());
      else if (phase === 'relapse') await this.relapse();
      else if (phase === 'flapping') await this.flap(chance.integer(2, 6));
      else {
        this.spoil(phase);
        await this.pass(chance.integer(1, 9) * minuteMs);
      }
    }
  }

  async up(forMs: number): Promise<void> {
    const { trueTime, chance } = this.options;
    const endMs = trueTime.monotonicMs() + forMs;
    while (trueTime.monotonicMs() < endMs) {
      this.write(this.beatAt(trueTime.wallMs() - chance.integer(0, 50)));
      await trueTime.sleep(Math.min(beatEveryMs, endMs - trueTime.monotonicMs()));
    }
  }

  beat(): void {
    this.write(this.beatAt(this.options.trueTime.wallMs()));
  }

  /** Causes something to warn about now and then, until then. */
  async causeWarnings(untilMs: number): Promise<void> {
    const { trueTime, chance, outages, warnings } = this.options;
    let count = 0;
    while (trueTime.monotonicMs() < untilMs) {
      await trueTime.sleep(chance.integer(1, 12) * minuteMs);
      if (trueTime.monotonicMs() >= untilMs || outages.firstRunMs === undefined) continue;
      count += 1;
      const event = chance.oneOf(events);
      this.options.note(`--- ${event}`);
      if (event === 'dead') {
        for (let left = chance.integer(1, 3); left > 0; left -= 1) this.giveUp(`${count}-${left}`);
      } else if (event === 'put back') {
        this.putBackOne();
        if (chance.happens(0.8)) this.giveUp(`${count}-1`);
      } else if (event === 'broken') {
        this.breakLock('broken', 'анна | ops', count);
        warnings.breaksByHand += 1;
      } else if (event === 'task stopped') this.breakLock('task-stopped', 'ecs', count);
      else if (event === 'lock without expiry')
        void this.lockWithoutExpiry(lockWithoutExpiryOf(`#${count}#`), chance.integer(2, 9) * minuteMs);
      else void this.conflicts(`#${count}#`, chance.integer(2, 8));
    }
  }

  private giveUp(deadId: string): void {
    const { store, keys, warnings } = this.options;
    store.execute(['HSET', keys.dead, deadId, '3 1 1 1 {}']);
    warnings.gaveUp();
  }

  private putBackOne(): void {
    const { store, keys, warnings, chance } = this.options;
    const dead = store.execute(['HKEYS', keys.dead]);
    if (!Array.isArray(dead) || dead.length === 0) return;
    const deadId = String(chance.oneOf(dead));
    store.execute(['HDEL', keys.dead, deadId]);
    warnings.putBack(deadId);
  }

  /** A person sets the lock without an expiry; it goes when a worker takes over properly. */
  async lockWithoutExpiry(value: string, forMs: number): Promise<void> {
    const { trueTime, store, keys } = this.options;
    store.execute(['SET', keys.lock, value]);
    await trueTime.sleep(forMs);
    if (store.execute(['GET', keys.lock]) === value) store.execute(['DEL', keys.lock]);
  }

  private breakLock(event: AuditEvent, who: string, count: number): void {
    const { store, keys } = this.options;
    const fields = [
      'event',
      event,
      'who',
      who,
      'why',
      `it "hung"\nagain #${count}#`,
      'before',
      'x',
      'after',
      '',
    ];
    store.execute(['XADD', keys.audit, 'MAXLEN', '1000', '*', ...fields]);
  }

  private async conflicts(host: string, count: number): Promise<void> {
    const { process, line, keys, superadminIds, chance } = this.options;
    const warnings = redisWarningStore(line.runnerFor(process), keys, { superadminIds });
    // An alarm of its own each time, so that it always asks: the store enforces the throttle rule.
    const alarm = new ConflictAlarm({ clock: process, warnings, host, onTrouble: () => {} });
    for (let left = count; left > 0; left -= 1) {
      alarm.conflict();
      await process.sleep(chance.integer(3000, 5000));
    }
  }

  private silenceMs(): number {
    const { chance } = this.options;
    const kind = chance.integer(1, 3);
    if (kind === 1) return chance.integer(60_000, 290_000);
    return kind === 2 ? chance.integer(295_000, 305_000) : chance.integer(310_000, 1_100_000);
  }

  private async flap(times: number): Promise<void> {
    const { trueTime, chance } = this.options;
    for (let left = times; left > 0 && trueTime.monotonicMs() < this.endMs; left -= 1) {
      this.beat();
      await this.pass(chance.integer(240_000, 375_000));
    }
  }

  private spoil(phase: 'malformed' | 'future' | 'gone'): void {
    const { chance, trueTime, store, keys } = this.options;
    if (phase === 'malformed') this.write(chance.oneOf(spoiltHeartbeats));
    else if (phase === 'future') this.write(this.beatAt(trueTime.wallMs() + 600 * minuteMs));
    else {
      store.execute(['DEL', keys.heartbeat]);
    }
  }

  /** Malformed twice, readable in between, and the runs of that time cannot clear the mark. */
  private async relapse(): Promise<void> {
    const { chance, line } = this.options;
    this.spoil('malformed');
    await this.pass(chance.integer(2, 4) * minuteMs);
    line.lostScript = 'mark-heartbeat-2';
    this.beat();
    await this.pass(chance.integer(65_000, 90_000));
    line.lostScript = undefined;
    this.spoil('malformed');
    await this.pass(chance.integer(2, 6) * minuteMs);
  }

  private beatAt(tsMs: number): string {
    const ts = new Date(Math.floor(tsMs)).toISOString();
    return JSON.stringify({ host: 'bot', pid: 1, env: 'production', ts, last_error: null });
  }

  private write(raw: string): void {
    const { store, keys } = this.options;
    store.execute(['SET', keys.heartbeat, raw, 'PX', String(7 * 86_400_000)]);
  }

  private pass(ms: number): Promise<void> {
    const { trueTime } = this.options;
    return trueTime.sleep(Math.max(0, Math.min(ms, this.endMs - trueTime.monotonicMs())));
  }
}

/**
 * Checks deliveries against the truth:
 * - Each alert arrives once per recipient and channel. A repeat is marked, and comes only if a send or its
 *   acknowledgement was cut off.
 * - "Back" goes to every recipient that "down" has reached, whatever answer its sender got, and to no recipient that
 *   "down" cannot have reached. No "down" arrives after it.
 *
 * It follows claims by the scripts' answers and messages by their arrival, and shares no code with what it checks.
 */
import type { ChannelWitness, Sent } from './channels.ts';
import type { Arrival } from './message-checker.ts';
import type { OutageChecker, Report } from './outage-checker.ts';
import type { RanScript } from './store-line.ts';

interface SeenClaim {
  /** `<outage or warning>|<event>|<channel>|<recipient>` */
  readonly field: string;
  readonly of: string;
  readonly event: string;
  readonly to: string;
  readonly by: string;
  readonly atMs: number;
  /** A repeated claim moves it: the run asks again after a lost answer. */
  settled: string | undefined;
  settledMs: number;
  arrived: boolean;
  /** The sender got no answer and said so. */
  mayHaveArrived: boolean;
  blocked: boolean;
  /** After a 429: the earliest next attempt. */
  notBeforeMs: number;
}

const claimLastsMs = 45_000;
const repeatMark = /возможен повтор/;

/** The event that a message is about, by its first line. */
function eventOfText(text: string): string {
  const title = text.split('\n')[0] ?? '';
  if (title.includes('работает стабильно')) return 'stable';
  if (title.includes('снова работает')) return 'recovered';
  if (title.includes('с перебоями')) return 'unstable';
  if (title.includes('уже занимаются')) return 'acknowledged';
  if (title.includes('всё ещё молчит')) return 'reminder';
  return title.includes('Бот молчит') ? 'down' : 'notice';
}

function markerOf(kind: string, stored: string): string {
  const params = JSON.parse(stored) as Readonly<Record<string, unknown>>;
  if (kind === 'dead-letters') return `всего не обработано: ${String(params['total'])}\n`;
  if (kind === 'unreachable-recipients') return 'Они не запускали бота';
  return /#\w+#/.exec(stored)?.[0] ?? kind;
}

function kindOfEvent(event: string): string {
  return event.startsWith('reminder') ? 'reminder' : event;
}

export interface DeliveryCheckerOptions {
  readonly nowMs: () => number;
  readonly report: Report;
  /** The stored delivery of this field, which begins with its state. */
  readonly recordOf: (field: string) => string | null;
  readonly onArrival: (arrival: Arrival) => void;
}

export class DeliveryChecker implements ChannelWitness {
  private readonly outages: OutageChecker;
  private readonly nowMs: () => number;
  private readonly report: Report;
  /** The part of each warning's text that tells it from others of its kind. */
  private readonly markers = new Map<string, string>();
  private readonly recordOf: (field: string) => string | null;
  private readonly claims = new Map<string, SeenClaim>();
  private readonly byField = new Map<string, SeenClaim[]>();
  /** The number of arrivals of each delivery. */
  readonly arrivals = new Map<string, number>();
  /** The last "down" or "back" that arrived at each recipient. */
  private readonly lastDown = new Map<string, { of: string; back: boolean }>();
  /** The unstable times that are over. */
  private readonly ended = new Set<string>();
  private readonly onArrival: (arrival: Arrival) => void;
  messages = 0;

  constructor(outages: OutageChecker, options: DeliveryCheckerOptions) {
    this.outages = outages;
    this.nowMs = options.nowMs;
    this.report = options.report;
    this.recordOf = options.recordOf;
    this.onArrival = options.onArrival;
  }

  ran({ by, script, keys, args, reply }: RanScript): void {
    if (script === 'claim-delivery-3' && Array.isArray(reply))
      this.claimed(by, args[0] ?? '', String(reply[0]));
    if (script === 'settle-delivery-2' && reply === 1) {
      this.settled(args[1] ?? '', { outcome: args[2] ?? '', mayHaveArrived: args[4] === '1' });
    }
    if (script === 'raise-notice-2' && reply === 1) {
      this.markers.set(`${args[0]}-${this.nowMs()}`, markerOf(args[0] ?? '', args[4] ?? '{}'));
    }
    if (script === 'push-inbox-1' && reply === 1) this.pushed(by, keys[0] ?? '', args[0] ?? '');
    if (script === 'end-unstable-2' && reply === 1) this.ended.add(args[0] ?? '');
    if (/^(recover-outage|settle-delivery|claim-delivery|push-inbox|end-unstable)-/.test(script)) {
      this.expectFollowUps();
    }
  }

  arrived(sent: Sent): void {
    this.messages += 1;
    const claim = this.claimOf(sent);
    if (claim === undefined) {
      this.report(`${sent.by} sent to ${sent.to} what it had not claimed`);
      return;
    }
    const { field } = claim;
    // A slow request to an inbox may be carried out after the run gave up on it; other sends are cut off in time.
    const isLate = claim.settled === 'later' && sent.to.startsWith('IN_APP|');
    if (claim.settled !== undefined && !isLate) this.report(`${field} was settled before it was sent`);
    if (this.nowMs() >= claim.atMs + claimLastsMs) this.report(`${field} was sent after its claim had ended`);
    const before = this.arrivals.get(field) ?? 0;
    this.arrivals.set(field, before + 1);
    claim.arrived = true;
    if (before > 0 && !repeatMark.test(sent.text)) this.report(`${field} was repeated without a mark`);
    this.onArrival({ field, event: claim.event, to: claim.to, atMs: this.nowMs() });
    this.checkOrder(claim);
  }

  blocked(sent: Sent): void {
    const claim = this.claimOf(sent);
    if (claim !== undefined) claim.blocked = true;
  }

  rateLimited(sent: Sent, retryAfterMs: number): void {
    const claim = this.claimOf(sent);
    if (claim !== undefined) claim.notBeforeMs = this.nowMs() + retryAfterMs;
  }

  restarted(by: string, deploying: boolean): void {
    const outage = this.outages.newest;
    if (outage === undefined) {
      this.report(`${by} restarted the worker without an outage`);
      return;
    }
    outage.restarts += 1;
    if (outage.restarts > 1) this.report(`${outage.id} restarted the worker ${outage.restarts} times`);
    if (deploying) this.report(`${by} restarted the worker into a deployment`);
  }

  has(of: string, event: string, to: string): boolean {
    return this.arrivals.has(`${of}|${event}|${to}`);
  }

  private claimed(by: string, token: string, field: string): void {
    const known = this.claims.get(token);
    const earlier = this.byField.get(field) ?? [];
    this.checkFree(field, by, { earlier, token });
    const claim = known ?? this.newClaim(by, field);
    this.claims.set(token, claim);
    // A request that is carried out again, late, takes the claim again if it is free; then it is the newest.
    this.byField.set(field, [...earlier.filter((one) => one !== claim), claim]);
  }

  private checkFree(
    field: string,
    by: string,
    { earlier, token }: { earlier: readonly SeenClaim[]; token: string },
  ): void {
    const again = this.claims.get(token);
    const nowMs = this.nowMs();
    for (const one of earlier) {
      if (one.settled === 'sent' || one.settled === 'dead')
        this.report(`${field} was claimed after it was ${one.settled}`);
      else if (one !== again && one.settled === undefined && nowMs < one.atMs + claimLastsMs) {
        this.report(`${field} was claimed by ${one.by} and ${by} at once`);
      }
      if (one.settled !== undefined && nowMs < one.notBeforeMs)
        this.report(`${field} was tried before retry_after`);
    }
  }

  private newClaim(by: string, field: string): SeenClaim {
    const [of = '', event = '', ...to] = field.split('|');
    return {
      field,
      of,
      event: kindOfEvent(event),
      to: to.join('|'),
      by,
      atMs: this.nowMs(),
      settled: undefined,
      settledMs: Number.POSITIVE_INFINITY,
      arrived: false,
      mayHaveArrived: false,
      blocked: false,
      notBeforeMs: 0,
    };
  }

  private settled(
    token: string,
    { outcome, mayHaveArrived }: { outcome: string; mayHaveArrived: boolean },
  ): void {
    const claim = this.claims.get(token);
    if (claim === undefined) return;
    if (this.byField.get(claim.field)?.at(-1) !== claim)
      this.report(`${claim.by} settled another's claim of ${claim.field}`);
    if (claim.settled === undefined) claim.settledMs = this.nowMs();
    claim.settled ??= outcome;
    claim.mayHaveArrived ||= mayHaveArrived;
    if (claim.blocked && outcome !== 'dead')
      this.report(`${claim.field} is to be tried again although blocked`);
  }

  /**
   * A recipient that "down" has reached must get "back", unless the next outage has begun. While the "down" is claimed,
   * its settlement or the end of its claim decides; no claim stays.
   */
  private expectFollowUps(): void {
    const { newest } = this.outages;
    if (newest?.recoveredMs !== undefined) this.expectFollowUp(newest.id, 'down', 'recovered');
    for (const id of this.ended) this.expectFollowUp(id, 'unstable', 'stable');
  }

  private expectFollowUp(of: string, event: string, followUp: string): void {
    for (const [field, claims] of this.byField) {
      const to = field.startsWith(`${of}|${event}|`) ? claims[0]?.to : undefined;
      if (to === undefined || !claims.some((one) => one.arrived)) continue;
      const record = this.recordOf(field);
      // The next outage drops the records of an unstable time that is over.
      if (record === null || record.startsWith('claimed|') || this.recordOf(`${of}|${followUp}|${to}`))
        continue;
      this.report(`${to} will never learn that ${of} is over`);
    }
  }

  private pushed(by: string, inboxKey: string, entry: string): void {
    const { title, text } = JSON.parse(entry) as { title: string; text: string };
    // The inbox stores each entry once, by its id: a repeat is never visible, so it needs no mark.
    const to = `IN_APP|${inboxKey.split(':').at(-1)}`;
    this.arrived({ by, to, text: `${title} (возможен повтор)\n${text}` });
  }

  private claimOf({ by, to, text }: Sent): SeenClaim | undefined {
    const event = eventOfText(text);
    const candidates = [...this.claims.values()].filter(
      (one) =>
        one.by === by &&
        one.to === to &&
        one.event === event &&
        text.includes(this.markers.get(one.of) ?? ''),
    );
    return candidates.findLast((one) => one.settled === undefined) ?? candidates.at(-1);
  }

  private checkOrder({ of, event, to, atMs, field }: SeenClaim): void {
    if (event === 'notice') return;
    if (event === 'unstable' || event === 'stable') {
      this.checkUnstable({ of, event, to, field });
      return;
    }
    const outage = this.outages.outages.get(of);
    if (outage === undefined) {
      this.report(`${field} arrived, of an outage that never was`);
      return;
    }
    const last = this.lastDown.get(to);
    if (event === 'recovered') {
      if (outage.recoveredMs === undefined || outage.recoveredMs > atMs)
        this.report(`${field} came before recovery`);
      if (last?.of !== of && !this.mayHaveReceivedDown(of, to))
        this.report(`${to} got "back" and never "down"`);
      if (last !== undefined && this.isLater(last.of, of)) this.report(`${field} came after the next "down"`);
      this.lastDown.set(to, { of, back: true });
      return;
    }
    if (outage.recoveredMs !== undefined && atMs > outage.recoveredMs)
      this.report(`${field} was claimed after recovery`);
    if (last?.of === of && last.back) this.report(`${field} came after "back"`);
    this.lastDown.set(to, { of, back: false });
  }

  private checkUnstable({ of, event, to, field }: Pick<SeenClaim, 'of' | 'event' | 'to' | 'field'>): void {
    if (event === 'stable' && !this.ended.has(of)) this.report(`${field} came before the end`);
    if (event === 'unstable' && this.has(of, 'stable', to)) this.report(`${field} came after "stable"`);
  }

  /** A run that was killed, was frozen beyond its claim or got no answer may or may not have sent it. */
  private mayHaveReceivedDown(of: string, to: string): boolean {
    const claims = this.byField.get(`${of}|down|${to}`) ?? [];
    return claims.some((one) => one.mayHaveArrived || one.settledMs >= one.atMs + claimLastsMs);
  }

  private isLater(one: string, other: string): boolean {
    const openedMs = (id: string): number => this.outages.outages.get(id)?.openedMs ?? 0;
    return openedMs(one) > openedMs(other);
  }
}

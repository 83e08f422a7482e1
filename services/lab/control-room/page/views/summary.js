/**
 * One sentence for the state of the whole, and a line for what is broken on purpose.
 */
import { h } from '../dom.js';
import { localized } from '../texts/index.js';
import { clockTime } from './clock-time.js';
import { leaderName } from './worker-name.js';

/** An empty long poll returns after its timeout; without an answer for this much longer, something is wrong. */
const pollSlackSeconds = 5;

/** The sentence and its tone. */
export function summary(state, t) {
  const { tone, text } = sentence(state, t);
  const { snoozedUntil } = state.now ?? {};
  if (state.connection === 'gone' || !snoozedUntil) return { tone, text };
  return { tone, text: `${text} ${t.summary.snoozed(clockTime(Date.parse(snoozedUntil)))}` };
}

function sentence({ connection, lab, now }, t) {
  if (connection === 'gone') return { tone: 'quiet', text: t.summary.gone };
  if (now === undefined) return { tone: 'quiet', text: t.summary.connecting };
  if (now.storeError !== null) return { tone: 'bad', text: t.summary.store };
  const { leader, outage } = now;
  if (outage !== null) {
    const ageSeconds = (now.atMs - Date.parse(outage.since)) / 1000;
    const say = now.health?.isTold === false ? t.summary.untoldOutage : t.summary.outage;
    return { tone: 'bad', text: say(t.duration(ageSeconds)) };
  }
  if (leader === null) return { tone: 'warn', text: t.summary.nobody };
  if (leader.quarantine) return { tone: 'warn', text: t.summary.quarantine };
  const name = leaderName(leader, now, t);
  const worker = now.workers.find((one) => one.name === leader.worker);
  if (worker === undefined || worker.role === 'silent') {
    const holder = name === t.now.otherProgram ? t.summary.otherProgram : t.summary.silent(name);
    return { tone: 'warn', text: `${holder} ${expiryText(leader, t)}` };
  }
  if (leader.revoked) return { tone: 'warn', text: t.summary.revoked(name) };
  const trouble = pollTrouble(worker, name, { lab, now }, t);
  if (trouble !== null) return { tone: 'warn', text: trouble };
  // An older lab does not send it.
  if (now.health && now.health.state !== 'works') {
    return { tone: now.health.tone, text: `${localized(now.health.line, t)}.` };
  }
  const standbys = now.workers.filter(({ role }) => role === 'standby').map((one) => one.name);
  return standbys.length === 0
    ? { tone: 'warn', text: t.summary.alone(name) }
    : { tone: 'good', text: t.summary.well(name, standbys) };
}

function expiryText({ ttlMs }, t) {
  return ttlMs === null ? t.summary.noExpiry : t.summary.expires(t.duration(ttlMs / 1000));
}

/** Why the leader's polls bring nothing, or not everything; null when they are fine. */
function pollTrouble({ role, details }, name, { lab, now }, t) {
  const { lastPollAgeSeconds, lastError } = details;
  const leadsSeconds = role === 'leader' ? (now.atMs - Date.parse(now.leader.since)) / 1000 : 0;
  const ageSeconds = lastPollAgeSeconds ?? leadsSeconds;
  const limitSeconds = (lab?.times.longPollSeconds ?? Number.POSITIVE_INFINITY) + pollSlackSeconds;
  const fault = now.faults?.telegram;
  if (fault === 'hang' || (!lastError && ageSeconds > limitSeconds)) {
    return t.summary.unanswered(name, t.duration(ageSeconds));
  }
  if (now.faults?.roguePolling) return t.summary.rogue(name);
  if (fault) return t.summary.refused(name);
  // Stays until a poll returns, which may take the whole long-poll timeout.
  return lastError ? t.summary.failed(name) : null;
}

/** Empty when nothing is broken on purpose. */
export function faultsView({ now, tour, drills }, t) {
  const { faults, monitorStopped } = now ?? {};
  const broken = [
    faults?.telegram && (t.faults.telegram[faults.telegram] ?? faults.telegram),
    faults?.queue && t.faults.queue,
    faults?.store && (t.faults.store[faults.store] ?? faults.store),
    faults?.cutWorkers?.length > 0 && t.faults.cut(faults.cutWorkers),
    faults?.roguePolling && t.faults.rogue,
    monitorStopped && t.faults.monitor,
    drills?.some(({ id, state }) => id === 'failing-handlers' && state === 'running') && t.faults.handlers,
  ].filter(Boolean);
  if (broken.length === 0) return [];
  // The tour fixes what it breaks; a wiped store recovers by itself.
  const isFixable = !tour?.running && broken.length > (faults?.store ? 1 : 0);
  return [
    h('strong', {}, t.faults.broken),
    h('span', {}, ` ${broken.join(' · ')}`),
    isFixable && h('span', {}, ' · ', h('a', { href: '#break' }, t.faults.fix)),
  ].filter(Boolean);
}

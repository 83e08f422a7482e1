/** The one sentence that tells how all is, and what is broken on purpose. */
import { h } from '../dom.js';
import { leaderName } from './worker-name.js';

/** A poll lasts its long-poll time; that and a little more without an answer is no more its usual course. */
const pollSlackSeconds = 5;

/** The sentence, and how worried it sounds. */
export function summary({ connection, lab, now }, t) {
  if (connection === 'gone') return { tone: 'quiet', text: t.summary.gone };
  if (now === undefined) return { tone: 'quiet', text: t.summary.connecting };
  if (now.storeError !== null) return { tone: 'bad', text: t.summary.store };
  const { leader, outage } = now;
  if (outage !== null) {
    const ageSeconds = (now.atMs - Date.parse(outage.since)) / 1000;
    return { tone: 'bad', text: t.summary.outage(t.duration(ageSeconds)) };
  }
  if (leader === null) return { tone: 'warn', text: t.summary.nobody };
  if (leader.quarantine) return { tone: 'warn', text: t.summary.quarantine };
  const name = leaderName(leader, now, t);
  const worker = now.workers.find((one) => one.name === leader.worker);
  if (worker === undefined || worker.role === 'silent') {
    return { tone: 'warn', text: t.summary.silent(name, t.duration((leader.ttlMs ?? 0) / 1000)) };
  }
  if (leader.revoked) return { tone: 'warn', text: t.summary.revoked(name) };
  const trouble = pollTrouble(worker, name, { lab, now }, t);
  if (trouble !== null) return { tone: 'warn', text: trouble };
  const standbys = now.workers.filter(({ role }) => role === 'standby').map((one) => one.name);
  return standbys.length === 0
    ? { tone: 'warn', text: t.summary.alone(name) }
    : { tone: 'good', text: t.summary.well(name, standbys.join(', ')) };
}

/** Why the leader's polls bring nothing, or not all; null when they go on well. */
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
  // It stays said until a poll has come back, which may take a poll's whole time.
  return lastError ? t.summary.failed(name) : null;
}

/** Nothing when nothing is broken on purpose. */
export function faultsView({ now, tour }, t) {
  const { faults, monitorStopped } = now ?? {};
  const broken = [
    faults?.telegram && (t.faults.telegram[faults.telegram] ?? faults.telegram),
    faults?.store && (t.faults.store[faults.store] ?? faults.store),
    faults?.cutWorkers?.length > 0 && t.faults.cut(faults.cutWorkers.join(', ')),
    faults?.roguePolling && t.faults.rogue,
    monitorStopped && t.faults.monitor,
  ].filter(Boolean);
  if (broken.length === 0) return [];
  return [
    h('strong', {}, t.faults.broken),
    h('span', {}, ` ${broken.join(' · ')}`),
    // The tour mends by itself what it breaks.
    !tour?.running && h('span', {}, ' · ', h('a', { href: '#break' }, t.faults.look)),
  ].filter(Boolean);
}

/** The one sentence that tells how all is, and what is broken on purpose. */
import { h } from '../dom.js';
import { leaderName } from './worker-name.js';

/** The sentence, and how worried it sounds. */
export function summary({ connection, now }, t) {
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
  const standbys = now.workers.filter(({ role }) => role === 'standby').map((one) => one.name);
  return standbys.length === 0
    ? { tone: 'warn', text: t.summary.alone(name) }
    : { tone: 'good', text: t.summary.well(name, standbys.join(', ')) };
}

/** Nothing when nothing is broken on purpose. */
export function faultsView({ now, tour }, t) {
  const { faults, monitorStopped } = now ?? {};
  const broken = [
    faults?.telegram && t.faults.telegram(faults.telegram),
    faults?.store && t.faults.store(faults.store),
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

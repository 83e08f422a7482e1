/**
 * The state around the lock: heartbeat, waiting and unfinished updates, monitor, outage, alert flag.
 *
 * Tested by: test/e2e/sentences.long.test.ts
 */
import { h } from '../dom.js';
import { clockTime } from './clock-time.js';
import { meter } from './meter.js';

export function factsView({ lab, now }, t) {
  if (lab === undefined || now === undefined) return [];
  return [
    heartbeatFact(now, t),
    pendingFact(now, t),
    journalFact(now, t),
    monitorFact(now, lab, t),
    outageFact(now, t),
    flagFact(now, t),
  ].filter(Boolean);
}

function heartbeatFact({ heartbeat }, t) {
  const { ageSeconds, staleSeconds, lastError } = heartbeat;
  const share = ageSeconds === null ? 0 : ageSeconds / staleSeconds;
  const tone = share >= 1 ? 'bad' : share > 0.6 ? 'warn' : 'good';
  return fact({
    key: 'heartbeat',
    wide: true,
    name: t.now.heartbeat,
    value: ageSeconds === null ? t.now.never : t.now.ago(t.duration(ageSeconds)),
    tone: ageSeconds === null ? 'quiet' : tone,
    notes: [lastError],
    bar: {
      label: t.now.heartbeat,
      text: t.now.limit(t.duration(staleSeconds)),
      share,
      perSecond: ageSeconds === null ? 0 : 1 / staleSeconds,
      tone,
    },
  });
}

function pendingFact({ pendingUpdates }, t) {
  return fact({
    key: 'pending',
    name: t.now.pending,
    value: String(pendingUpdates),
    tone: pendingUpdates > 0 ? 'warn' : 'quiet',
    notes: [t.now.pendingHint],
  });
}

/** An older lab does not send it. */
function journalFact({ journal }, t) {
  if (journal === undefined) return null;
  return fact({
    key: 'journal',
    name: t.now.journal,
    value: journal === null ? '?' : String(journal),
    tone: journal > 0 ? 'warn' : 'quiet',
    notes: [t.now.journalHint],
  });
}

function monitorFact({ monitor, monitorStopped }, { times }, t) {
  const { lastRunAtMs, lastError, lastReport } = monitor;
  const verdict = lastError !== null ? t.now.failed : t.now.verdict[lastReport?.verdict];
  return fact({
    key: 'monitor',
    wide: true,
    name: t.now.monitor,
    value: monitorStopped ? t.now.monitorStopped : t.now.every(t.duration(times.monitorEveryMs / 1000)),
    tone: monitorStopped ? 'warn' : lastError === null ? 'quiet' : 'bad',
    notes: [
      [lastRunAtMs === null ? null : t.now.lastRun(clockTime(lastRunAtMs)), verdict]
        .filter(Boolean)
        .join(', '),
    ],
  });
}

function outageFact({ outage }, t) {
  return fact({
    key: 'outage',
    name: t.now.outage,
    value: outage === null ? t.now.none : t.now.open(clockTime(Date.parse(outage.since))),
    tone: outage === null ? 'quiet' : 'bad',
  });
}

function flagFact({ alertFlag }, t) {
  return fact({
    key: 'flag',
    name: t.now.flag,
    value: alertFlag === null ? t.now.flagUnset : t.now.flagSet,
    tone: alertFlag === null ? 'quiet' : 'bad',
    notes: [alertFlag === null ? null : t.now.flagHint],
  });
}

export function fact({ key, name, value, tone, wide, notes = [], bar }) {
  return h(
    'div',
    { key, class: wide ? 'fact wide' : 'fact', 'data-fact': key },
    h('dt', {}, name),
    h('dd', { class: 'value', 'data-tone': tone }, value),
    bar && h('dd', {}, meter(bar)),
    notes.filter(Boolean).map((note) => h('dd', { class: 'note' }, note)),
  );
}

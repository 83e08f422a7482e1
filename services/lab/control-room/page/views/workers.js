/**
 * The workers as cards: who leads, when the lease expires, what each of them does.
 *
 * Tested by: test/e2e/sentences.long.test.ts
 */
import { h } from '../dom.js';
import { translated } from '../texts/index.js';
import { clockTime } from './clock-time.js';
import { meter } from './meter.js';
import { endedList, signalButtons } from './process-card.js';
import { leaderName, waitText } from './worker-name.js';

export function workersView({ lab, now }, t) {
  if (lab === undefined || now === undefined) return [];
  const cards = now.workers.map((worker) => workerCard(worker, { lab, now }, t));
  return [lockCard({ lab, now }, t), ...cards, endedList(now.stoppedWorkers, t)].filter(Boolean);
}

function workerCard(worker, { lab, now }, t) {
  const { name, pid, role, health, frozen } = worker;
  const holdsLock = pid !== null && pid === now.leader?.pid;
  const isCut = now.faults?.cutWorkers?.includes(name) === true;
  const shownRole = frozen ? t.workers.frozen : t.workers.roles[role];
  const tone = { leader: 'good', standby: 'info', silent: 'bad' }[frozen ? 'silent' : role] ?? 'quiet';
  return h(
    'article',
    {
      key: name,
      class: 'card',
      'data-worker': name,
      'data-role': role,
      'data-health': health,
      'data-lock': holdsLock,
      'data-frozen': frozen,
    },
    h('header', {}, h('h3', {}, name), h('span', { class: 'badge', 'data-tone': tone }, shownRole)),
    h('p', { class: 'what' }, whatItDoes(worker, now, t), isCut && h('em', {}, ` · ${t.workers.cut}`)),
    holdsLock && leaseMeter({ lab, now }, t),
    h('p', { class: 'note' }, [`pid ${pid ?? '–'}`, ...(holdsLock ? term(now.leader, t) : [])].join(' · ')),
    signalButtons(worker, t.workers, t),
  );
}

function term({ epoch, since, revoked }, t) {
  return [
    epoch === null ? null : t.now.epoch(epoch),
    since === null ? null : t.now.since(clockTime(Date.parse(since))),
    revoked ? t.now.revoked : null,
  ].filter(Boolean);
}

function leaseMeter({ lab, now: { leader } }, t) {
  const allSeconds = lab.times.leaseTtlSeconds;
  const { ttlMs, quarantine } = leader;
  const label = t.now.lease;
  if (ttlMs === null) return meter({ label, text: t.now.noExpiry, share: 1, tone: 'warn' });
  const leftSeconds = ttlMs / 1000;
  const left = t.duration(leftSeconds);
  const share = leftSeconds / allSeconds;
  return meter({
    label,
    text: quarantine ? t.now.ends(left) : t.now.expires(left),
    share,
    perSecond: -1 / allSeconds,
    tone: share < 0.3 ? 'warn' : 'good',
  });
}

/** The lock while no running worker holds it: free, in quarantine, or held by an ended worker or another program. */
function lockCard({ lab, now }, t) {
  const { leader, workers, storeError } = now;
  if (storeError !== null) return null;
  if (leader !== null && workers.some(({ pid }) => pid !== null && pid === leader.pid)) return null;
  const isFree = leader === null;
  return h(
    'article',
    {
      key: 'lock',
      class: 'card lock',
      'data-lock-of': isFree ? 'nobody' : leader.quarantine ? 'quarantine' : 'other',
    },
    h(
      'header',
      {},
      h('h3', {}, isFree ? t.now.free : leaderName(leader, now, t)),
      h('span', { class: 'badge', 'data-tone': 'warn' }, t.now.lock),
    ),
    (isFree || leader.quarantine) &&
      h('p', { class: 'what' }, isFree ? t.now.freeHint : t.now.quarantineHint),
    !isFree && leaseMeter({ lab, now }, t),
    !isFree && !leader.quarantine && leader.pid !== null && h('p', { class: 'note' }, `pid ${leader.pid}`),
  );
}

function whatItDoes({ role, details, waitingFor }, now, t) {
  const { lastPollAgeSeconds: age, inFlight, reason, lastError } = details;
  if (role === 'starting') return t.workers.startingHint;
  if (role === 'stopping') return t.workers.stoppingHint;
  if (role === 'silent') return t.workers.silentHint;
  if (typeof reason === 'string') return translated(reason, t.workers.reasons);
  if (role === 'standby') {
    return waitingFor === null ? t.workers.startingHint : waitText(waitingFor, now, t);
  }
  return [
    typeof age === 'number' ? t.workers.polls(t.duration(age)) : t.workers.noPoll,
    t.workers.inFlight(inFlight ?? 0),
    lastError,
  ]
    .filter(Boolean)
    .join(' · ');
}

/** The workers as cards: who leads, how long the lease still runs, what each of them does. */
import { h } from '../dom.js';
import { bar } from './bar.js';
import { clockTime } from './times.js';
import { leaderName, workerName } from './worker-name.js';

const endedShown = 3;

export function workersView({ lab, now }, t) {
  if (lab === undefined || now === undefined) return [];
  const cards = now.workers.map((worker) => workerCard(worker, { lab, now }, t));
  return [strangerCard({ lab, now }, t), ...cards, endedList(now, t)].filter(Boolean);
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
    holdsLock && leaseBar({ lab, now }, t),
    h('p', { class: 'note' }, [`pid ${pid ?? '–'}`, ...(holdsLock ? term(now.leader, t) : [])].join(' · ')),
    h(
      'div',
      { class: 'buttons' },
      signalsFor(worker).map((one) => signalButton(one, worker, t)),
    ),
  );
}

function term({ epoch, since, revoked }, t) {
  return [
    epoch === null ? null : t.now.epoch(epoch),
    since === null ? null : t.now.since(clockTime(Date.parse(since))),
    revoked ? t.now.revoked : null,
  ].filter(Boolean);
}

function leaseBar({ lab, now }, t) {
  const allSeconds = lab.times.leaseTtlSeconds;
  const leftSeconds = (now.leader.ttlMs ?? allSeconds * 1000) / 1000;
  const share = leftSeconds / allSeconds;
  return bar({
    label: t.now.lease,
    text: t.now.ofLease(t.duration(leftSeconds), t.duration(allSeconds)),
    share,
    perSecond: now.leader.ttlMs === null ? 0 : -1 / allSeconds,
    tone: share < 0.3 ? 'warn' : 'good',
  });
}

/** The lock in hands that are none of the workers': of one that ended, of nobody, of a stranger, of a quarantine. */
function strangerCard({ lab, now }, t) {
  const { leader, workers, storeError } = now;
  if (storeError !== null) return null;
  if (leader !== null && workers.some(({ pid }) => pid !== null && pid === leader.pid)) return null;
  const isFree = leader === null;
  return h(
    'article',
    { key: 'lock', class: 'card lock', 'data-lock-of': isFree ? 'nobody' : 'stranger' },
    h(
      'header',
      {},
      h('h3', {}, isFree ? t.now.nobody : leaderName(leader, now, t)),
      h('span', { class: 'badge', 'data-tone': 'warn' }, t.now.lock),
    ),
    (isFree || leader.quarantine) &&
      h('p', { class: 'what' }, isFree ? t.now.nobodyHint : t.now.quarantineHint),
    !isFree && leaseBar({ lab, now }, t),
    !isFree && leader.pid !== null && h('p', { class: 'note' }, `pid ${leader.pid}`),
  );
}

/** One button for freezing and resuming, so that the keyboard's focus stays on it. */
function signalsFor({ role, frozen }) {
  const hangs = frozen || role === 'silent';
  return [
    { key: 'kill', signal: 'SIGKILL', text: 'kill', danger: true },
    { key: 'stop', signal: 'SIGTERM', text: 'stop' },
    {
      key: 'freeze',
      ...(hangs ? { signal: 'SIGCONT', text: 'resume' } : { signal: 'SIGSTOP', text: 'freeze' }),
    },
  ];
}

function signalButton({ key, signal, text, danger }, { pid, name }, t) {
  const hint = t.workers[`${text}Hint`];
  return h(
    'button',
    {
      type: 'button',
      key,
      class: danger ? 'danger' : null,
      'data-do': 'signal',
      'data-pid': pid,
      'data-signal': signal,
      title: hint,
      'aria-label': `${t.workers[text]} ${name}: ${hint}`,
    },
    t.workers[text],
  );
}

function whatItDoes({ role, details, waitingFor }, now, t) {
  const { lastPollAgeSeconds: age, inFlight, reason, lastError } = details;
  if (role === 'starting') return t.workers.startingHint;
  if (role === 'stopping') return t.workers.stoppingHint;
  if (role === 'silent') return t.workers.silentHint;
  if (typeof reason === 'string') return reason;
  if (role === 'standby') {
    return waitingFor === null ? t.workers.startingHint : t.workers.waits(workerName(waitingFor, now));
  }
  return [
    typeof age === 'number' ? t.workers.polls(t.duration(age)) : t.workers.noPoll,
    t.workers.inFlight(inFlight ?? 0),
    lastError,
  ]
    .filter(Boolean)
    .join(' · ');
}

function endedList({ stoppedWorkers }, t) {
  const ended = stoppedWorkers.slice(0, endedShown).map(({ name, pid, exit, stoppedAtSeconds }) => {
    const how = exit.signal ?? t.workers.exit(exit.code);
    const text = `${clockTime(stoppedAtSeconds * 1000)} · ${t.workers.ended(name, how)}`;
    return h('li', { key: `${name}-${pid}` }, text);
  });
  return ended.length > 0 && h('ul', { key: 'ended', class: 'ended note' }, ended);
}

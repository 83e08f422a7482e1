/** Who polls, since when, and how everything is: the summary line, the facts, the workers. */
import { h } from './dom.js';
import { clockTime } from './times.js';
import { workerName } from './worker-name.js';

/** The one sentence at the top, and how worried it sounds. */
export function summary({ connection, now }, t) {
  if (connection === 'gone') return { tone: 'quiet', text: t.summary.gone };
  if (now === undefined) return { tone: 'quiet', text: t.summary.connecting };
  if (now.storeError !== null) return { tone: 'bad', text: t.summary.store };
  const { leader, outage } = now;
  if (outage !== null)
    return { tone: 'bad', text: t.summary.outage(t.duration((now.atMs - Date.parse(outage.since)) / 1000)) };
  if (leader === null) return { tone: 'warn', text: t.summary.nobody };
  if (leader.quarantine) return { tone: 'warn', text: t.summary.quarantine };
  const name = leaderName(leader, t);
  const worker = now.workers.find((one) => one.name === leader.worker);
  if (worker === undefined || worker.role === 'silent') {
    const left = t.duration((leader.ttlMs ?? 0) / 1000);
    return { tone: 'warn', text: t.summary.silent(name, left) };
  }
  if (leader.revoked) return { tone: 'warn', text: t.summary.revoked(name) };
  const standbys = now.workers.filter(({ role }) => role === 'standby').map((one) => one.name);
  return standbys.length === 0
    ? { tone: 'warn', text: t.summary.alone(name) }
    : { tone: 'good', text: t.summary.well(name, standbys.join(', ')) };
}

export function nowView({ lab, now }, t) {
  if (lab === undefined || now === undefined) return [];
  return [
    h('dl', { class: 'facts' }, lockFact(now, lab, t), heartbeatFact(now, t), ...plainFacts(now, lab, t)),
  ];
}

function lockFact({ leader }, { times }, t) {
  if (leader === null)
    return fact({ key: 'lock', wide: true, name: t.now.lock, value: t.now.nobody, tone: 'warn' });
  const { ttlMs, epoch, since, pid, host, revoked } = leader;
  const left = (ttlMs ?? times.leaseTtlSeconds * 1000) / 1000;
  const notes = [
    leader.quarantine ? null : t.now.holder(pid ?? '?', host ?? '?'),
    [t.now.epoch(epoch ?? '?'), since === null ? null : t.now.since(clockTime(Date.parse(since)))]
      .filter(Boolean)
      .join(' · '),
    revoked ? t.now.revoked : null,
  ];
  const share = left / times.leaseTtlSeconds;
  return fact({
    key: 'lock',
    wide: true,
    name: t.now.lock,
    value: leaderName(leader, t),
    tone: leader.quarantine || revoked ? 'warn' : 'good',
    notes,
    bar: {
      label: t.now.lease,
      text: t.now.ofLease(t.duration(left), t.duration(times.leaseTtlSeconds)),
      share,
      tone: share < 0.3 ? 'warn' : 'good',
    },
  });
}

function heartbeatFact({ heartbeat }, t) {
  const { ageSeconds, staleSeconds, lastError } = heartbeat;
  const share = ageSeconds === null ? 0 : ageSeconds / staleSeconds;
  const tone = share >= 1 ? 'bad' : share > 0.4 ? 'warn' : 'good';
  return fact({
    key: 'heartbeat',
    wide: true,
    name: t.now.heartbeat,
    value: ageSeconds === null ? t.now.never : t.now.ago(t.duration(ageSeconds)),
    tone: ageSeconds === null ? 'quiet' : tone,
    notes: lastError === null ? [] : [lastError],
    bar: { label: t.now.heartbeat, text: t.now.limit(t.duration(staleSeconds)), share, tone },
  });
}

function plainFacts({ pendingUpdates, outage, alertFlag, monitor }, { times }, t) {
  const { lastRunAtMs, lastError, lastReport } = monitor;
  const verdict = lastError !== null ? t.now.failed : t.now.verdict[lastReport?.verdict];
  return [
    fact({
      key: 'pending',
      name: t.now.pending,
      value: String(pendingUpdates),
      tone: pendingUpdates > 0 ? 'warn' : 'quiet',
      notes: [t.now.pendingHint],
    }),
    fact({
      key: 'outage',
      name: t.now.outage,
      value: outage === null ? t.now.none : t.now.open(clockTime(Date.parse(outage.since))),
      tone: outage === null ? 'quiet' : 'bad',
      notes: [alertFlag === null ? t.now.noFlag : t.now.flag],
    }),
    fact({
      key: 'monitor',
      name: t.now.monitor,
      value: t.now.every(t.duration(times.monitorEveryMs / 1000)),
      tone: lastError === null ? 'quiet' : 'bad',
      notes: [lastRunAtMs === null ? null : t.now.lastRun(clockTime(lastRunAtMs)), verdict ?? null],
    }),
  ];
}

function fact({ key, name, value, tone, wide, notes = [], bar }) {
  return h(
    'div',
    { key, class: wide ? 'fact wide' : 'fact', 'data-fact': key },
    h('dt', {}, name),
    h('dd', { class: 'value', 'data-tone': tone }, value),
    bar && h('dd', {}, barOf(bar)),
    notes.filter(Boolean).map((note) => h('dd', { class: 'note' }, note)),
  );
}

function barOf({ label, text, share, tone }) {
  const percent = Math.round(Math.min(1, Math.max(0, share)) * 1000) / 10;
  return h(
    'div',
    { class: 'bar-row' },
    h(
      'div',
      {
        class: 'bar',
        role: 'meter',
        'aria-label': label,
        'aria-valuemin': 0,
        'aria-valuemax': 100,
        'aria-valuenow': Math.round(percent),
        'aria-valuetext': text,
      },
      h('div', { class: 'fill', 'data-tone': tone, style: { width: `${percent}%` } }),
    ),
    h('span', { class: 'note' }, text),
  );
}

export function leaderName({ worker, quarantine }, t) {
  return quarantine ? t.now.quarantine : (worker ?? t.now.stranger);
}

export function workersView({ now }, t) {
  if (now === undefined) return [];
  const cards = now.workers.map((worker) => workerCard(worker, now, t));
  const ended = now.stoppedWorkers.slice(0, 3).map(({ name, pid, exit, stoppedAtSeconds }) => {
    const how = exit.signal ?? t.workers.exit(exit.code);
    return h(
      'li',
      { key: `${name}-${pid}` },
      `${clockTime(stoppedAtSeconds * 1000)} · ${t.workers.ended(name, how)}`,
    );
  });
  return [...cards, ended.length > 0 && h('ul', { key: 'ended', class: 'ended note' }, ended)].filter(
    Boolean,
  );
}

function workerCard(worker, now, t) {
  const { name, pid, role, health, frozen } = worker;
  const holdsLock = pid === now.leader?.pid;
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
    },
    h('header', {}, h('h3', {}, name), h('span', { class: 'badge', 'data-tone': tone }, shownRole)),
    h('p', { class: 'note' }, `pid ${pid}`, holdsLock && role !== 'leader' ? ` · ${t.now.lock}` : ''),
    h('p', { class: 'what' }, whatItDoes(worker, now, t)),
    h(
      'div',
      { class: 'buttons' },
      signalsFor(worker).map((one) => signalButton(one, worker, t)),
    ),
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
  const { lastPollAgeSeconds: age, inFlight, reason } = details;
  if (role === 'starting') return t.workers.startingHint;
  if (role === 'stopping') return t.workers.stoppingHint;
  if (role === 'silent') return t.workers.silentHint;
  if (typeof reason === 'string') return reason;
  if (role === 'standby')
    return waitingFor === null ? t.workers.startingHint : t.workers.waits(workerName(waitingFor, now));
  return [
    typeof age === 'number' ? t.workers.polls(t.duration(age)) : t.workers.noPoll,
    t.workers.inFlight(inFlight ?? 0),
  ].join(' · ');
}

/**
 * Shows the lab's names for its processes: people think of workers, not of pids. Pure.
 *
 * Tested by: test/lab/control-room/page/views/worker-name.test.ts
 */

const quarantine = 'the quarantine after an empty store';

/** The worker's name for "host …, pid …"; the text itself for a process that is not the lab's. */
export function workerName(who, now) {
  return nameOfPid(pidIn(who), now) ?? who;
}

/** Who holds the lock, including a worker that has just ended. */
export function leaderName({ worker, pid, quarantine: isQuarantine }, now, t) {
  if (isQuarantine) return t.now.quarantine;
  return worker ?? nameOfPid(pid, now) ?? t.now.otherProgram;
}

/** Who did something, by the audit trail: a worker, a superadmin, or a part of the system. */
export function actorName(who, { now, chats = [] }, t) {
  const id = Number(/^(?:the link sent to|link of) (\d+)$/.exec(who)?.[1]);
  if (!Number.isNaN(id)) {
    const name = chats.find(({ person }) => person.id === id)?.person.name;
    return t.timeline.superadmin(name === undefined ? id : (t.people[name] ?? name));
  }
  return t.timeline.actors[who] ?? workerName(who, now);
}

/** What a standby waits for. */
export function waitText(waitingFor, now, t) {
  return waitingFor === quarantine
    ? t.workers.waitsForQuarantine
    : t.workers.waits(workerName(waitingFor, now));
}

function pidIn(who) {
  return Number(/\bpid (\d+)/.exec(who)?.[1]);
}

function nameOfPid(pid, now) {
  const known = [...(now?.workers ?? []), ...(now?.stoppedWorkers ?? [])].find((one) => one.pid === pid);
  return known?.name;
}

/** The lab's names for its processes: people think of workers, not of pids. */

/** The name for "host …, pid …"; the text itself for a stranger. */
export function workerName(who, now) {
  const pid = Number(/\bpid (\d+)/.exec(who)?.[1]);
  return nameOfPid(pid, now) ?? who;
}

/** Whoever holds the lock: also a worker that has just ended. */
export function leaderName({ worker, pid, quarantine }, now, t) {
  if (quarantine) return t.now.quarantine;
  return worker ?? nameOfPid(pid, now) ?? t.now.stranger;
}

function nameOfPid(pid, now) {
  const known = [...(now?.workers ?? []), ...(now?.stoppedWorkers ?? [])].find((one) => one.pid === pid);
  return known?.name;
}

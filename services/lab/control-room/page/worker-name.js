/** The lab's names for its processes: people think of workers, not of pids. */

/** The name for "host …, pid …"; the text itself for a stranger. */
export function workerName(who, now) {
  const pid = Number(/\bpid (\d+)/.exec(who)?.[1]);
  const known = [...(now?.workers ?? []), ...(now?.stoppedWorkers ?? [])].find((one) => one.pid === pid);
  return known?.name ?? who;
}

/**
 * Makes sure that no child outlives the lab, however the lab ends (even by SIGKILL) and whatever state a child is in (one
 * frozen by SIGSTOP notices nothing itself).
 *
 * How: a small shell in a session of its own holds the reading end of a pipe from this process, and receives the children's
 * process ids through it. The kernel closes the pipe when this process ends; the shell then ends the children.
 *
 * Tested by: test/lab/lab.test.ts
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface OrphanReaper {
  /** Replaces the list of children. */
  watch(pids: readonly number[]): void;
  /** Ends the shell without touching the children. */
  stop(): Promise<void>;
}

const script = `
trap '[ -z "$1" ] || rm -rf "$1"' EXIT
pids=
while read -r line; do pids=$line; done
[ -z "$pids" ] && exit 0
kill -TERM $pids; kill -CONT $pids
for second in 1 2 3 4 5 6 7 8 9 10; do
  left=
  for pid in $pids; do kill -0 "$pid" && left="$left $pid"; done
  [ -z "$left" ] && exit 0
  sleep 1
done
kill -KILL $left
`;

/** @param folder removed when this process and its children have ended */
export function startOrphanReaper(folder = ''): OrphanReaper {
  const shell = spawn('/bin/sh', ['-c', script, 'orphan-reaper', folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  const ended = once(shell, 'close').catch(() => undefined);
  // If the shell dies, the children only lose their safety net.
  shell.stdin.on('error', () => undefined);
  return {
    watch: (pids) => void shell.stdin.write(`${pids.join(' ')}\n`),
    async stop() {
      shell.stdin.end('\n');
      await ended;
    },
  };
}

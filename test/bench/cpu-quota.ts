/**
 * A control group that limits the CPU time of its processes, as Fargate limits a task. Version 1 or 2 of cgroups, whichever
 * this machine offers to this user.
 *
 * Guarantees: it limits processes started by it, and their children, from their first instruction.
 */
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const periodUs = 100_000;

interface Folders {
  readonly limited: string;
  readonly counted: string;
}

export class CpuQuota {
  private readonly folders: Folders;
  private readonly readUsedMs: () => number;

  /**
   * @param name of the group, unique on this machine
   * @param share of one processor, such as 0.25
   * @returns undefined where the machine does not allow it
   */
  static open(name: string, share: number): CpuQuota | undefined {
    const mounts = readMounts();
    const quotaUs = String(share * periodUs);
    try {
      const { cpu, cpuacct } = mounts.version1;
      if (cpu !== undefined && cpuacct !== undefined) {
        const folders = make({ limited: join(cpu, name), counted: join(cpuacct, name) });
        writeFileSync(join(folders.limited, 'cpu.cfs_period_us'), String(periodUs));
        writeFileSync(join(folders.limited, 'cpu.cfs_quota_us'), quotaUs);
        return new CpuQuota(folders, () => Number(read(folders.counted, 'cpuacct.usage')) / 1e6);
      }
      if (mounts.version2 === undefined) return undefined;
      writeFileSync(join(mounts.version2, 'cgroup.subtree_control'), '+cpu');
      const folder = join(mounts.version2, name);
      const folders = make({ limited: folder, counted: folder });
      writeFileSync(join(folder, 'cpu.max'), `${quotaUs} ${periodUs}`);
      const usage = (): number => Number(/^usage_usec (\d+)$/m.exec(read(folder, 'cpu.stat'))?.[1]);
      return new CpuQuota(folders, () => usage() / 1000);
    } catch {
      // Not root, or a container without the right to make groups: the bench says so.
      return undefined;
    }
  }

  private constructor(folders: Folders, readUsedMs: () => number) {
    this.folders = folders;
    this.readUsedMs = readUsedMs;
  }

  /** The words of a command that runs this program inside the group. */
  command(program: string, args: readonly string[]): readonly [string, ...string[]] {
    const enter = Object.values(this.folders)
      .map((folder) => `echo $$ > '${join(folder, 'cgroup.procs')}'`)
      .join(' && ');
    return ['/bin/sh', '-c', `${enter} && exec "$0" "$@"`, program, ...args];
  }

  /** CPU time of all its processes so far, of those that ended too. */
  usedMs(): number {
    return this.readUsedMs();
  }

  /** Call when its processes have ended. */
  close(): void {
    for (const folder of new Set(Object.values(this.folders))) rmdirSync(folder);
  }
}

function make(folders: Folders): Folders {
  for (const folder of new Set(Object.values(folders))) mkdirSync(folder);
  return folders;
}

function read(folder: string, file: string): string {
  return readFileSync(join(folder, file), 'utf8');
}

interface Mounts {
  readonly version1: { readonly cpu?: string | undefined; readonly cpuacct?: string | undefined };
  readonly version2: string | undefined;
}

function readMounts(): Mounts {
  const lines = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '));
  const version1 = (controller: string): string | undefined =>
    lines.find(
      ([, , type, options = '']) => type === 'cgroup' && options.split(',').includes(controller),
    )?.[1];
  const version2 = lines.find(([, , type]) => type === 'cgroup2')?.[1];
  return { version1: { cpu: version1('cpu'), cpuacct: version1('cpuacct') }, version2 };
}

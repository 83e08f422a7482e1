/**
 * Images and containers without a Docker engine: buildah builds, podman runs, both as root and in a storage of the
 * test's own, so that nothing on the machine is touched and nothing is left.
 *
 * The base image is made FROM scratch out of this machine's Node, its shells and their libraries: no registry is asked.
 */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { realTool } from '../../support/real-tools.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../../..');
const baseTag = 'localhost/staffprobot-base';
const outputBytesMax = 64 * 1024 * 1024;

/** Building without an engine takes root, for its chroots. */
export const canBuildImages =
  realTool('buildah') !== undefined && realTool('podman') !== undefined && process.getuid?.() === 0;

export interface Container {
  readonly name: string;
  /** Everything that it has printed so far. */
  output(): string;
  signal(name: 'TERM' | 'KILL'): Promise<void>;
  /** Resolves with its exit code. */
  readonly ended: Promise<number | null>;
}

export class ContainerLab {
  private readonly folder = mkdtempSync(join(tmpdir(), 'staffprobot-image-'));
  private readonly running = new Map<string, ChildProcess>();
  private count = 0;

  async buildBase(): Promise<void> {
    const tree = join(this.folder, 'base');
    const programs: readonly [from: string, to: string][] = [
      [process.execPath, '/usr/bin/node'],
      ['/bin/sh', '/bin/sh'],
      ['/bin/bash', '/bin/bash'],
    ];
    for (const [from, to] of programs) copyWithLibraries(from, join(tree, to), tree);
    writeFileSync(join(this.folder, 'Basefile'), 'FROM scratch\nCOPY base/ /\n');
    await this.buildah(['--file', join(this.folder, 'Basefile'), '--tag', baseTag, this.folder]);
  }

  /** The worker's image, from the checkout as it is. */
  async buildWorker(tag: string, buildArgs: Readonly<Record<string, string>>): Promise<void> {
    const given = Object.entries({ BASE_IMAGE: baseTag, ...buildArgs });
    const args = given.flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
    await this.buildah([...args, '--file', join(root, 'services/bot/Dockerfile'), '--tag', tag, root]);
  }

  async inspect(tag: string): Promise<ImageConfig> {
    const { stdout } = await run('podman', [...this.storage, 'image', 'inspect', tag]);
    const [image] = JSON.parse(stdout) as [{ Config: ImageConfig }];
    return image.Config;
  }

  /** As the stack runs it: read-only, no capability, no other user than the image's. */
  start(tag: string, environment: Readonly<Record<string, string>>, command: readonly string[]): Container {
    this.count += 1;
    const name = `staffprobot-${process.pid}-${this.count}`;
    const variables = Object.entries(environment).flatMap(([key, value]) => ['--env', `${key}=${value}`]);
    const options = ['--rm', '--name', name, '--network', 'host', '--read-only', '--read-only-tmpfs=false'];
    const limits = ['--cap-drop', 'all', '--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1000:1000'];
    const args = [...this.engine, 'run', ...options, ...limits, ...variables, tag, ...command];
    const child = spawn('podman', args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    this.running.set(name, child);
    const ended = once(child, 'close').then(([code]) => {
      this.running.delete(name);
      return code as number | null;
    });
    return {
      name,
      output: () => output,
      ended,
      signal: async (signal) => {
        await run('podman', [...this.engine, 'kill', '--signal', signal, name]);
      },
    };
  }

  async remove(): Promise<void> {
    const left = [...this.running].map(async ([name, child]) => {
      const closed = once(child, 'close');
      await run('podman', [...this.engine, 'kill', name]).catch(() => child.kill());
      await closed;
    });
    await Promise.all(left);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get storage(): readonly string[] {
    const [store, runtime] = ['store', 'run'].map((name) => join(this.folder, name));
    return ['--storage-driver', 'vfs', '--root', store ?? '', '--runroot', runtime ?? ''];
  }

  private get engine(): readonly string[] {
    return [...this.storage, '--runtime', 'runc', '--cgroup-manager', 'cgroupfs'];
  }

  private async buildah(args: readonly string[]): Promise<void> {
    const all = [...this.storage, 'bud', '--quiet', '--isolation', 'chroot', ...args];
    await run('buildah', all, { maxBuffer: outputBytesMax });
  }
}

export interface ImageConfig {
  readonly User: string;
  readonly Cmd: readonly string[];
  readonly Env: readonly string[];
  readonly WorkingDir: string;
}

function copyWithLibraries(program: string, target: string, tree: string): void {
  copyInto(program, target);
  const libraries = execFileSync('ldd', [program], { encoding: 'utf8' }).match(/\/\S+/g) ?? [];
  for (const library of libraries) copyInto(library, join(tree, library));
}

function copyInto(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}

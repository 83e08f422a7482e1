/**
 * Watches the files of a module, and tells when one of them was saved.
 *
 * While the module works, only its own files count, wherever they are. While it does not, its files are not all known:
 * then any source file below its folder counts too, and a new folder. Packages and dot files never count.
 */
import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import { dirname, extname, join } from 'node:path';

/** What to watch after an attempt to load the module. */
export interface WatchedModule {
  /** The module's main file. */
  readonly entry: string;
  /** The files of its graph, as far as they are known. */
  readonly files: readonly string[];
  readonly works: boolean;
}

/** A file of data may be written all the time. */
const sourceTypes = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'];
/** A folder with more below it is no module's; its first ones are watched. */
const foldersMax = 500;

export class SourceWatch {
  private readonly onSave: (path: string) => void;
  private watchers = new Map<string, FSWatcher>();
  private module: WatchedModule = { entry: '', files: [], works: true };

  constructor(onSave: (path: string) => void) {
    this.onSave = onSave;
  }

  follow(module: WatchedModule): void {
    this.module = module;
    const folders = new Set([module.entry, ...module.files].map((file) => dirname(file)));
    if (!module.works) for (const folder of foldersBelow(dirname(module.entry))) folders.add(folder);
    for (const [folder, watcher] of this.watchers) {
      if (folders.has(folder)) continue;
      watcher.close();
      this.watchers.delete(folder);
    }
    for (const folder of folders) this.watchFolder(folder);
  }

  close(): void {
    for (const watcher of this.watchers.values()) watcher.close();
    this.watchers.clear();
  }

  private watchFolder(folder: string): void {
    if (this.watchers.has(folder)) return;
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => {
        const path = join(folder, name ?? '');
        if (this.counts(path)) this.onSave(path);
      });
      // The folder is gone; its files are, too, and that was told.
      watcher.on('error', () => this.watchers.delete(folder));
      this.watchers.set(folder, watcher);
    } catch {
      // It was removed a moment ago.
    }
  }

  private counts(path: string): boolean {
    const { entry, files, works } = this.module;
    if (path === entry || files.includes(path)) return true;
    if (works || isHidden(path.slice(dirname(entry).length))) return false;
    return sourceTypes.includes(extname(path)) || isFolder(path);
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function isHidden(path: string): boolean {
  return path.split(/[\\/]/).some((part) => part === 'node_modules' || part.startsWith('.'));
}

/** Nearest first. */
function foldersBelow(top: string): readonly string[] {
  const found = [top];
  for (let index = 0; index < found.length && found.length < foldersMax; index++) {
    found.push(...foldersIn(found[index] ?? ''));
  }
  return found.slice(0, foldersMax);
}

function foldersIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !isHidden(entry.name))
      .map(({ name }) => join(folder, name));
  } catch {
    return [];
  }
}

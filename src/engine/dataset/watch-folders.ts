import { watch, type FSWatcher } from 'node:fs';
import { readdir, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { isSystemName } from './dataset-files.ts';

/** Each takes a watch of the system's, of which there are not many: Linux gives a user 8,192 at least. */
const MOST_FOLDERS = 4_096;
const MAXIMUM_DEPTH = 18;
/** Times of files lag behind the clock by so many milliseconds at most. */
const CLOCK_GRAIN = 20;

/** Disks of others, whose changes the system does not tell: NFS, SMB in three ages, 9P, AFS, Ceph (`statfs(2)`). */
const NETWORK_DISKS = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x01021997, 0x5346414f, 0x00c36400]);

/** Real folders only: what a link within the root leads to is one of them. */
async function foldersBelow(root: string): Promise<readonly string[] | 'too many'> {
  const found = [root];
  let level = [root];
  for (let depth = 0; level.length > 0 && depth < MAXIMUM_DEPTH; depth += 1) {
    const next: string[] = [];
    for (const folder of level) {
      const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
      for (const entry of entries) {
        if (entry.isDirectory() && !isSystemName(entry.name)) next.push(path.join(folder, entry.name));
      }
      if (found.length + next.length > MOST_FOLDERS) return 'too many';
    }
    found.push(...next);
    level = next;
  }
  return found;
}

async function onNetwork(root: string): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  const found = await statfs(root).catch(() => null);
  return found !== null && NETWORK_DISKS.has(found.type);
}

/** Watches a folder with all below it. */
export class FolderWatch {
  readonly root: string;
  readonly #onChange: () => void;
  readonly #watchers = new Map<string, FSWatcher>();
  #closed = false;

  /** @param onChange told of each change, many times of one */
  constructor(root: string, onChange: () => void) {
    this.root = root;
    this.#onChange = onChange;
  }

  /**
   * Begins, or takes in folders that came since.
   *
   * @returns why it cannot be watched, or not all of it, as a sentence; null where it is
   */
  async begin(): Promise<string | null> {
    const { platform } = process;
    const folders = platform === 'darwin' || platform === 'win32' ? [this.root] : await foldersBelow(this.root);
    if (folders === 'too many') {
      this.#stop();
      return `Its folder is not watched, for it has more than ${MOST_FOLDERS} folders in it: read it again when it has changed.`;
    }
    try {
      this.#follow(folders);
    } catch (error) {
      this.#stop();
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      const why = code === 'ENOSPC' || code === 'EMFILE' ? 'the system watches no more folders' : String(error);
      return `Its folder is not watched, for ${why}: read it again when it has changed.`;
    }
    return (await onNetwork(this.root))
      ? 'Its folder lies on a disk of another machine, which may not tell of changes: read it again when it has changed.'
      : null;
  }

  /** Whether a file came to a folder that is watched, or went, since then. @param time in milliseconds since 1970 */
  async changedSince(time: number): Promise<boolean> {
    for (const folder of this.#watchers.keys()) {
      const found = await stat(folder).catch(() => null);
      if (found === null || found.mtimeMs >= time - CLOCK_GRAIN) return true;
    }
    return false;
  }

  close(): void {
    this.#closed = true;
    this.#stop();
  }

  #stop(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #follow(folders: readonly string[]): void {
    if (this.#closed) return;
    const wanted = new Set(folders);
    for (const [folder, watcher] of this.#watchers) {
      if (wanted.has(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    for (const folder of folders) {
      if (this.#watchers.has(folder)) continue;
      const watcher = this.#watch(folder);
      if (watcher) this.#watchers.set(folder, watcher);
    }
  }

  #watch(folder: string): FSWatcher | null {
    try {
      const recursive = process.platform === 'darwin' || process.platform === 'win32';
      const watcher = watch(folder, { recursive, persistent: false }, this.#onChange);
      // A folder that goes is a change as others.
      watcher.on('error', this.#onChange);
      return watcher;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      // It went meanwhile, or may not be read, as is said elsewhere.
      if (code === 'ENOENT' || code === 'EACCES' || code === 'EPERM') return null;
      throw error;
    }
  }
}

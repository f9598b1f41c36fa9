import { watch, type FSWatcher } from 'node:fs';
import { readdir, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { isSystemName } from './dataset-files.ts';

/** Each takes a watch of the system's, of which there are not many: Linux gives a user 8,192 at least. */
const MOST_FOLDERS = 4_096;
const MAXIMUM_DEPTH = 18;
/** How often it is looked whether the root is still there, in milliseconds: of a disk that goes or comes the system tells nothing. */
const ROOT_EVERY = 2_000;

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

/** Which folder lies at a path; null where none does. */
async function placeOf(folder: string): Promise<string | null> {
  const found = await stat(folder, { bigint: true }).catch(() => null);
  return found && `${found.dev}/${found.ino}`;
}

/** What became of watching a folder. */
interface WatchBegun {
  /** Why it cannot be watched, or not all of it, as a sentence; null where it is. */
  readonly problem: string | null;
  /** Whether folders are watched that were not before: of what changed in them until now nobody told. */
  readonly grown: boolean;
}

/** Watches a folder with all below it. */
export class FolderWatch {
  readonly root: string;
  /** Told of each change, many times of one. */
  onChange: () => void;
  readonly #watchers = new Map<string, FSWatcher>();
  #closed = false;
  #polling: NodeJS.Timeout | null = null;
  #place: string | null = null;

  constructor(root: string, onChange: () => void) {
    this.root = root;
    this.onChange = onChange;
  }

  /** Begins, or takes in folders that came since. */
  async begin(): Promise<WatchBegun> {
    const { platform } = process;
    await this.#lookAtRoot();
    this.#poll();
    const folders = platform === 'darwin' || platform === 'win32' ? [this.root] : await foldersBelow(this.root);
    if (folders === 'too many') {
      this.#stop();
      const problem = `Its folder is not watched, for it has more than ${MOST_FOLDERS} folders in it: read it again when it has changed.`;
      return { problem, grown: false };
    }
    let grown: boolean;
    try {
      grown = this.#follow(folders);
    } catch (error) {
      this.#stop();
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      const why = code === 'ENOSPC' || code === 'EMFILE' ? 'the system watches no more folders' : String(error);
      return { problem: `Its folder is not watched, for ${why}: read it again when it has changed.`, grown: false };
    }
    const problem = (await onNetwork(this.root))
      ? 'Its folder lies on a disk of another machine, which may not tell of changes: read it again when it has changed.'
      : null;
    return { problem, grown };
  }

  close(): void {
    this.#closed = true;
    if (this.#polling) clearTimeout(this.#polling);
    this.#stop();
  }

  #stop(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  /** Whether another folder lies at the root than before, or none: what watched the former tells nothing any more. */
  async #lookAtRoot(): Promise<boolean> {
    const place = await placeOf(this.root);
    const other = place !== this.#place;
    this.#place = place;
    if (other) this.#stop();
    return other;
  }

  #poll(): void {
    if (this.#closed || this.#polling) return;
    this.#polling = setTimeout(() => {
      void this.#lookAtRoot().then((other) => {
        this.#polling = null;
        this.#poll();
        if (other && !this.#closed) this.onChange();
      });
    }, ROOT_EVERY).unref();
  }

  /** @returns whether any was not watched before */
  #follow(folders: readonly string[]): boolean {
    if (this.#closed) return false;
    const wanted = new Set(folders);
    for (const folder of this.#watchers.keys()) if (!wanted.has(folder)) this.#drop(folder);
    let grown = false;
    for (const folder of folders) {
      if (this.#watchers.has(folder)) continue;
      const watcher = this.#watch(folder);
      if (!watcher) continue;
      this.#watchers.set(folder, watcher);
      grown = true;
    }
    return grown;
  }

  #drop(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }

  /** A name came, or went: what was watched under it has gone, even where another folder is there by now. */
  #renamed(folder: string, name: string): void {
    // Of itself, a folder tells as of a file in it.
    const gone = name === path.basename(folder) ? [folder] : [];
    for (const top of [path.join(folder, name), ...gone]) {
      if (!this.#watchers.has(top)) continue;
      for (const own of this.#watchers.keys()) {
        if (own === top || own.startsWith(top + path.sep)) this.#drop(own);
      }
    }
  }

  #watch(folder: string): FSWatcher | null {
    try {
      const recursive = process.platform === 'darwin' || process.platform === 'win32';
      const watcher = watch(folder, { recursive, persistent: false }, (event, name) => {
        if (event === 'rename' && name !== null && !recursive) this.#renamed(folder, name);
        this.onChange();
      });
      // A folder that goes is a change as others.
      watcher.on('error', () => this.onChange());
      return watcher;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      // It went meanwhile, or may not be read, as is said elsewhere.
      if (code === 'ENOENT' || code === 'EACCES' || code === 'EPERM') return null;
      throw error;
    }
  }
}

import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { isEventFile } from './event-file.ts';

const DEEPEST = 8;
const MOST_FILES = 10_000;
const MOST_FOLDERS = 10_000;

/** The parts in which Keras writes what is one run. */
const PARTS = ['train', 'validation'];

/** Event files that are of one run, each with the part of it that they tell of. */
export interface EventRunFiles {
  /** Below the folder that was given; empty for the folder itself, the one above it where it is a part. */
  readonly place: string;
  readonly name: string;
  readonly files: readonly { readonly path: string; readonly part: 'train' | 'validation' | null }[];
}

/** What was found below a place. */
export interface FoundEventRuns {
  readonly runs: readonly EventRunFiles[];
  /** Whether there was more than is looked through. */
  readonly cut: boolean;
}

interface Found {
  readonly folder: string;
  readonly files: readonly string[];
}

/** Links are not followed: they lead out of the folder, or around in it. */
async function findFolders(root: string): Promise<{ readonly found: readonly Found[]; readonly cut: boolean }> {
  const found: Found[] = [];
  let waiting = [root];
  let [files, folders] = [0, 0];
  for (let depth = 0; waiting.length > 0 && depth <= DEEPEST; depth += 1) {
    const below: string[] = [];
    for (const folder of waiting.sort()) {
      folders += 1;
      if (folders > MOST_FOLDERS || files > MOST_FILES) return { found, cut: true };
      const entries = await readdir(folder, { withFileTypes: true });
      const own = entries.filter((entry) => entry.isFile() && isEventFile(entry.name)).map(({ name }) => name);
      files += own.length;
      // Their names begin with when they were begun.
      if (own.length > 0) found.push({ folder, files: own.sort().map((name) => path.join(folder, name)) });
      for (const entry of entries) {
        if (entry.isDirectory() && !entry.name.startsWith('.')) below.push(path.join(folder, entry.name));
      }
    }
    waiting = below;
  }
  return { found, cut: waiting.length > 0 };
}

function partOf(folder: string): 'train' | 'validation' | null {
  const name = path.basename(folder);
  if (!PARTS.includes(name)) return null;
  return name === 'validation' ? 'validation' : 'train';
}

/**
 * The runs whose event files lie in a folder or are one file, as TensorBoard tells them apart: each folder is one, but for
 * `train` and `validation`, as Keras writes them, which are parts of the one above them.
 *
 * @param given absolute, links resolved
 * @returns an empty list where there is no event file
 * @throws the file system's error
 */
export async function findEventFiles(given: string): Promise<FoundEventRuns> {
  if (!(await stat(given)).isDirectory()) {
    if (!isEventFile(path.basename(given))) return { runs: [], cut: false };
    const folder = path.dirname(given);
    const part = partOf(folder);
    const name = path.basename(part === null ? folder : path.dirname(folder));
    return { runs: [{ place: '', name, files: [{ path: given, part }] }], cut: false };
  }
  const runs = new Map<string, EventRunFiles['files'][number][]>();
  const { found, cut } = await findFolders(given);
  for (const { folder, files } of found) {
    const part = partOf(folder);
    const run = part === null ? folder : path.dirname(folder);
    const known = runs.get(run) ?? [];
    known.push(...files.map((file) => ({ path: file, part })));
    runs.set(run, known);
  }
  return {
    runs: [...runs].map(([folder, files]) => ({
      place: path.relative(given, folder),
      name: path.basename(folder) || given,
      files,
    })),
    cut,
  };
}

import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { SkippedImage } from '../../shared/contract/run.ts';

/** A class folder holds its images at any depth down to this one. */
const MAXIMUM_DEPTH = 16;

const SYSTEM_NAMES = new Set([
  'thumbs.db',
  'ehthumbs.db',
  'desktop.ini',
  'icon\r',
  '__macosx',
  '@eadir',
  '$recycle.bin',
  'system volume information',
]);

/** Files and folders that operating systems leave behind, of which nobody wants to hear. */
export function isSystemName(name: string): boolean {
  return name.startsWith('.') || SYSTEM_NAMES.has(name.toLowerCase());
}

/** Whether Windows takes a name for a device, whatever follows a dot in it. */
export function isDeviceName(name: string): boolean {
  return /^(?:con|prn|aux|nul|(?:com|lpt)[0-9¹²³])(?:\.|$)/i.test(name);
}

/** What a name in a folder stands for, links resolved. */
export type Entry =
  | { readonly kind: 'file' | 'folder'; readonly name: string; readonly path: string; readonly realPath: string }
  | { readonly kind: 'refused'; readonly name: string; readonly path: string; readonly reason: string };

/** Whether `inner` is `outer` or lies below it; both absolute, links resolved. */
export function contains(outer: string, inner: string): boolean {
  return inner === outer || inner.startsWith(outer.endsWith(path.sep) ? outer : outer + path.sep);
}

export function readableReason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EACCES' || code === 'EPERM') return 'it may not be read: permission denied';
  if (code === 'ENOENT') return 'it was there, and then it was gone';
  if (code === 'ELOOP') return 'it is a link that leads to itself';
  return `it cannot be read (${error instanceof Error ? error.message : String(error)})`;
}

async function followLink(root: string, folder: string, name: string, relative: string): Promise<Entry> {
  try {
    const realPath = await realpath(path.join(folder, name));
    if (!contains(root, realPath)) {
      return { kind: 'refused', name, path: relative, reason: 'it is a link that leads out of the dataset' };
    }
    if (contains(realPath, folder)) {
      return { kind: 'refused', name, path: relative, reason: 'it is a link to a folder that holds it' };
    }
    const target = await stat(realPath);
    if (target.isDirectory()) return { kind: 'folder', name, path: relative, realPath };
    if (target.isFile()) return { kind: 'file', name, path: relative, realPath };
    return { kind: 'refused', name, path: relative, reason: 'it is a link to something that is no file' };
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return {
      kind: 'refused',
      name,
      path: relative,
      reason: missing ? 'it is a link to nothing' : readableReason(error),
    };
  }
}

/**
 * What stands in a folder; system files left out, links followed within the root only.
 *
 * @param root the dataset's root, links resolved
 * @param folder the folder to list, links resolved
 * @param relative the folder's path as people see it, relative to the root ('' for the root itself)
 * @throws the file system's error when the folder cannot be listed
 */
export async function listFolder(root: string, folder: string, relative: string): Promise<readonly Entry[]> {
  const found: Dirent[] = await readdir(folder, { withFileTypes: true });
  const before = relative === '' ? '' : `${relative}/`;
  const within = folder.endsWith(path.sep) ? folder : folder + path.sep;
  const links: Promise<void>[] = [];
  const entries: Entry[] = [];
  for (const entry of found) {
    const { name } = entry;
    if (isSystemName(name)) continue;
    const own = { name, path: before + name };
    if (entry.isFile()) entries.push({ kind: 'file', ...own, realPath: within + name });
    else if (entry.isDirectory()) entries.push({ kind: 'folder', ...own, realPath: within + name });
    else if (entry.isSymbolicLink()) {
      const place = entries.push({ kind: 'refused', ...own, reason: '' }) - 1;
      links.push(followLink(root, folder, name, own.path).then((followed) => void (entries[place] = followed)));
    } else entries.push({ kind: 'refused', ...own, reason: 'it is neither a file nor a folder' });
  }
  await Promise.all(links);
  return entries;
}

export interface ClassFiles {
  readonly files: readonly { readonly path: string; readonly realPath: string }[];
  readonly refused: readonly SkippedImage[];
}

/** Every file below a class folder, each real folder visited once. */
export async function listClassFiles(root: string, classFolder: string, relative: string): Promise<ClassFiles> {
  const files: { path: string; realPath: string }[] = [];
  const refused: SkippedImage[] = [];
  const visited = new Set<string>();
  const pending = [{ folder: classFolder, relative, depth: 0 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (visited.has(next.folder)) continue;
    visited.add(next.folder);
    let entries: readonly Entry[];
    try {
      entries = await listFolder(root, next.folder, next.relative);
    } catch (error) {
      refused.push({ path: next.relative, reason: readableReason(error) });
      continue;
    }
    for (const entry of entries) {
      if (entry.kind === 'file') files.push({ path: entry.path, realPath: entry.realPath });
      else if (entry.kind === 'refused') refused.push({ path: entry.path, reason: entry.reason });
      else if (next.depth < MAXIMUM_DEPTH) {
        pending.push({ folder: entry.realPath, relative: entry.path, depth: next.depth + 1 });
      } else {
        refused.push({ path: entry.path, reason: `it lies more than ${MAXIMUM_DEPTH} folders deep` });
      }
    }
  }
  return { files, refused };
}

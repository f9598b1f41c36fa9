import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Request } from '../../shared/contract/endpoint.ts';
import type { FileEntry, FolderListing } from '../../shared/contract/file-entry.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { codePointOrder } from '../dataset/code-point-order.ts';
import { contains, isSystemName, readableReason } from '../dataset/dataset-files.ts';
import type { ServiceContext } from './context.ts';
import { kindByName } from './grants.ts';

const MOST_ENTRIES = 2000;

async function realRoots(context: ServiceContext): Promise<readonly string[]> {
  const found = await Promise.all(context.roots.map(async (root) => realpath(root).catch(() => null)));
  return [...new Set(found.filter((root) => root !== null))];
}

function assertWithin(roots: readonly string[], folder: string): void {
  if (roots.some((root) => contains(root, folder))) return;
  throw new ThawError(
    'file.notGranted',
    'Only folders below the allowed ones can be browsed; this one lies elsewhere.',
    'Begin again from the list of allowed folders.',
  );
}

interface Found {
  readonly name: string;
  readonly path: string;
  readonly kind: FileEntry['kind'];
}

/** What an entry stands for, links resolved; null for what is neither file nor folder, or leads out of the roots. */
async function look(roots: readonly string[], folder: string, entry: Dirent): Promise<Found | null> {
  const { name } = entry;
  const given = path.join(folder, name);
  if (entry.isDirectory()) return { name, path: given, kind: 'folder' };
  if (entry.isFile()) return { name, path: given, kind: kindByName(name) };
  if (!entry.isSymbolicLink()) return null;
  try {
    const target = await realpath(given);
    if (!roots.some((root) => contains(root, target))) return null;
    const found = await stat(target);
    if (found.isDirectory()) return { name, path: target, kind: 'folder' };
    return found.isFile() ? { name, path: target, kind: kindByName(name) } : null;
  } catch {
    return null;
  }
}

async function readFolder(folder: string): Promise<readonly Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter(({ name }) => !isSystemName(name));
  } catch (error) {
    throw new ThawError(
      'file.notGranted',
      `Only a folder that can be read can be browsed, but of '${folder}': ${readableReason(error)}.`,
      'Choose another folder, or give yourself permission to read it.',
      { cause: error },
    );
  }
}

const foldersFirst = (left: Found, right: Found): number =>
  Number(right.kind === 'folder') - Number(left.kind === 'folder') || codePointOrder(left.name, right.name);

/**
 * What stands in a folder below the roots that the host allows, or in one that a person gave by a dialog, a drop or an
 * upload, which is then its own root; each entry comes with a grant. Links are followed within the roots only.
 *
 * @throws ThawError `usage.invalid` where the host allows no roots, `file.notGranted` for a folder outside of them
 */
export async function browseFiles(
  context: ServiceContext,
  { grantId }: Request<'files.browse'>,
): Promise<FolderListing> {
  const { grants } = context;
  const allowed = await realRoots(context);
  if (grantId === null) {
    if (context.roots.length === 0) {
      throw new ThawError(
        'usage.invalid',
        'Folders are browsed where a host allows some; this one allows none.',
        "Choose files with the system's dialog, or start `thaw serve` with --root FOLDER.",
      );
    }
    return { entry: null, parent: null, entries: allowed.map((root) => grants.entry(root, 'folder')), leftOut: 0 };
  }
  const granted = grants.pathOf(grantId);
  const roots = allowed.some((root) => contains(root, granted)) ? allowed : [granted];
  // A folder may have become a link since it was granted.
  const folder = await realpath(granted).catch(() => granted);
  assertWithin(roots, folder);
  const found = await Promise.all((await readFolder(folder)).map((entry) => look(roots, folder, entry)));
  const usable = found.filter((entry) => entry !== null).sort(foldersFirst);
  return {
    entry: grants.entry(folder, 'folder'),
    parent: roots.includes(folder) ? null : grants.entry(path.dirname(folder), 'folder'),
    entries: usable.slice(0, MOST_ENTRIES).map(({ name, path: real, kind }) => ({ ...grants.entry(real, kind), name })),
    leftOut: Math.max(0, usable.length - MOST_ENTRIES),
  };
}

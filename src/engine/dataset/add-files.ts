import { randomBytes } from 'node:crypto';
import { link, mkdir, open, rename, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { isDeviceName, isSystemName } from './dataset-files.ts';
import type { ClassPlace } from './class-place.ts';

/** Names that are tried beside each other before it is given up. */
const MOST_NAMES = 10_000;
/** Of a file's name, in bytes: below what file systems take, with room for a number. */
const LONGEST_NAME_BYTES = 200;
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

/** A name that a file of a dataset may have: without what leads elsewhere, and none that is looked past. */
export function plainName(given: string): string {
  const { name, ext } = path.parse(given.toWellFormed().replaceAll(/[<>:"/\\|?*\p{Cc}]/gu, '_'));
  let stem = name.replace(/^[. ]+/, '').replace(/[. ]+$/, '');
  while (Buffer.byteLength(stem + ext) > LONGEST_NAME_BYTES && stem.length > 1) stem = stem.slice(0, -1);
  const plain = `${stem === '' ? 'image' : stem}${ext}`;
  return isSystemName(plain) || isDeviceName(plain) ? `image-${plain}` : plain;
}

/** Gives a file its name unless something has it. @returns false where something has */
async function giveName(aside: string, file: string): Promise<boolean> {
  try {
    await link(aside, file);
    await rm(aside);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    if (!NO_LINKS.has(String(codeOf(error)))) throw error;
  }
  // Disks without links: the name is taken by an empty file first, which nobody else can have made.
  try {
    await using taken = await open(file, 'wx', 0o644);
    await taken.sync();
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
  try {
    await rename(aside, file);
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
  return true;
}

/** Files that are added to a dataset, all of them or none. */
export class AddedFiles {
  /** Relative to the dataset's root, separated by '/'. */
  readonly paths: string[] = [];
  readonly #files: string[] = [];
  /** Folders that were made for them, the last one first. */
  readonly #folders: string[] = [];

  /**
   * Writes a file, aside until it is whole, beside all that is there.
   *
   * @param name as the file is called elsewhere; where it is taken, a number is put behind it
   * @returns its path relative to the root
   * @throws the file system's error; what was added before is then still there until `takeBack`
   */
  async add(place: ClassPlace, name: string, content: Uint8Array): Promise<string> {
    if (!place.exists) await this.#makeFolder(place.folder);
    // Looked past by whoever reads the dataset meanwhile.
    const aside = path.join(place.folder, `.${randomBytes(9).toString('hex')}.part`);
    try {
      {
        await using handle = await open(aside, 'wx', 0o644);
        await handle.writeFile(content);
        await handle.sync();
      }
      const { name: stem, ext } = path.parse(plainName(name));
      for (let number = 1; number <= MOST_NAMES; number += 1) {
        const called = number === 1 ? `${stem}${ext}` : `${stem}-${number}${ext}`;
        const file = path.join(place.folder, called);
        if (!(await giveName(aside, file))) continue;
        const own = `${place.path}/${called}`;
        this.#files.push(file);
        this.paths.push(own);
        return own;
      }
      throw new RangeError(`${MOST_NAMES} names beside '${stem}${ext}' are taken in ${place.folder}`);
    } catch (error) {
      await rm(aside, { force: true }).catch(() => undefined);
      throw error;
    }
  }

  async #makeFolder(folder: string): Promise<void> {
    try {
      await mkdir(folder);
      this.#folders.unshift(folder);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
  }

  /** Removes what was added, and the folders that were made for it and are empty. */
  async takeBack(): Promise<void> {
    for (const file of this.#files.splice(0)) await rm(file, { force: true }).catch(() => undefined);
    for (const folder of this.#folders.splice(0)) await rmdir(folder).catch(() => undefined);
    this.paths.length = 0;
  }
}

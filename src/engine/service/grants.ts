import { randomBytes } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { FileEntry } from '../../shared/contract/file-entry.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { readableReason } from '../dataset/dataset-files.ts';

/** Browsing grants whole folders: what was granted longest ago and not named since is forgotten beyond this. */
const MOST_GRANTS = 100_000;

const IMAGE_NAME = /\.(?:jpe?g|jfif|png|gif|webp|tiff?|avif|bmp)$/i;
const WEIGHTS_NAME = /\.(?:h5|hdf5|keras|safetensors|pth|pt|tar|index|ckpt|pb|data-\d{5}-of-\d{5})$|^model\.json$/i;
const FEATURES_NAME = /\.npz$/i;
/** What runs are imported from: a run of Thaw's, or TensorBoard's events. */
const RUN_NAME = /\.thaw$|tfevents/i;

/** What a file is by its name, or the end of its path: enough for an icon, decided again by content when it is used. */
export function kindByName(file: string): Exclude<FileEntry['kind'], 'folder'> {
  const name = path.basename(file);
  if (IMAGE_NAME.test(name)) return 'image';
  if (FEATURES_NAME.test(name)) return 'features';
  if (RUN_NAME.test(name)) return 'run';
  return WEIGHTS_NAME.test(name) ? 'weights' : 'other';
}

/**
 * What a window may name: an id that cannot be guessed for each path that a person gave, as long as the engine runs. The
 * same path has the same id.
 */
export class Grants {
  readonly #paths = new Map<string, string>();
  readonly #ids = new Map<string, string>();

  /** @param realPath absolute, links resolved */
  idOf(realPath: string): string {
    const known = this.#ids.get(realPath);
    const id = known ?? randomBytes(18).toString('base64url');
    this.#remember(id, realPath);
    return id;
  }

  /** @param realPath absolute, links resolved */
  entry(realPath: string, kind: FileEntry['kind']): FileEntry {
    return { grantId: this.idOf(realPath), name: path.basename(realPath) || realPath, kind };
  }

  /**
   * Grants what stands at a path, links resolved.
   *
   * @throws ThawError `file.notGranted` where there is nothing that can be read
   */
  async grant(given: string): Promise<FileEntry> {
    try {
      const resolved = await realpath(given);
      const found = await stat(resolved);
      if (found.isDirectory()) return this.entry(resolved, 'folder');
      if (found.isFile()) return this.entry(resolved, kindByName(resolved));
    } catch (error) {
      throw new ThawError(
        'file.notGranted',
        `Only what can be read can be opened, but of '${given}': ${readableReason(error)}.`,
        'Choose it again where it lies now, or give yourself permission to read it.',
        { cause: error },
      );
    }
    throw new ThawError(
      'file.notGranted',
      `Files and folders can be opened; '${given}' is neither.`,
      'Choose a file or a folder.',
    );
  }

  /** @returns the path, or null where no such grant was given */
  find(grantId: string): string | null {
    const found = this.#paths.get(grantId);
    if (found === undefined) return null;
    this.#remember(grantId, found);
    return found;
  }

  /** @throws ThawError `file.notGranted` for an id that this engine did not give */
  pathOf(grantId: string): string {
    const found = this.find(grantId);
    if (found !== null) return found;
    throw new ThawError(
      'file.notGranted',
      'A file is named by the id it was granted under, which ends with the engine; this id is not known.',
      'Choose or drop the file again.',
    );
  }

  #remember(id: string, realPath: string): void {
    this.#paths.delete(id);
    this.#paths.set(id, realPath);
    this.#ids.set(realPath, id);
    if (this.#paths.size <= MOST_GRANTS) return;
    const [oldest] = this.#paths;
    if (!oldest) return;
    this.#paths.delete(oldest[0]);
    this.#ids.delete(oldest[1]);
  }
}

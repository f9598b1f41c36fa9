import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Request, Response } from '../../shared/contract/endpoint.ts';
import { explainDiskError, ThawError } from '../../shared/errors/thaw-error.ts';
import { contains } from '../dataset/dataset-files.ts';
import type { Grants } from './grants.ts';
import { kindByName } from './grants.ts';
import { uploadPath } from './upload-path.ts';

export interface UploadLimits {
  readonly fileBytes: number;
  readonly collectionBytes: number;
  readonly collectionFiles: number;
}

const LIMITS: UploadLimits = { fileBytes: 64 * 2 ** 20, collectionBytes: 4 * 2 ** 30, collectionFiles: 50_000 };

interface Tally {
  bytes: number;
  files: number;
}

const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20).toLocaleString('en')} MiB`;

function tooLarge(rule: string, hint: string): ThawError {
  return new ThawError('file.tooLarge', rule, hint);
}

/** What a collection holds already, from before this engine was started. */
async function count(folder: string): Promise<Tally> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  const tally: Tally = { bytes: 0, files: 0 };
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    tally.files += 1;
    tally.bytes += (await stat(path.join(entry.parentPath, entry.name)).catch(() => null))?.size ?? 0;
  }
  return tally;
}

/** Files that browsers were given, in `THAW_HOME/uploads`, one folder for each collection. */
export class Uploads {
  readonly #folder: string;
  readonly #grants: Grants;
  readonly #limits: UploadLimits;
  readonly #tallies = new Map<string, Promise<Tally>>();

  constructor(options: { readonly home: string; readonly grants: Grants; readonly limits?: UploadLimits }) {
    this.#folder = path.join(options.home, 'uploads');
    this.#grants = options.grants;
    this.#limits = options.limits ?? LIMITS;
  }

  /**
   * Takes a file in; sent again, it replaces the one before. What is granted as `folder` is the collection, or the one
   * folder that all of it lies in.
   *
   * @throws ThawError `usage.invalid` for a path that leads elsewhere, `file.tooLarge`, `disk.full`, `disk.readOnly`
   */
  async take(request: Request<'files.upload'>): Promise<Response<'files.upload'>> {
    const parts = uploadPath(request.path);
    const { bytes } = request;
    if (bytes.length > this.#limits.fileBytes) {
      throw tooLarge(
        `A file of at most ${mebibytes(this.#limits.fileBytes)} can be uploaded; '${request.path}' has ${mebibytes(bytes.length)}.`,
        'Put it where the engine runs, and browse to it there.',
      );
    }
    const collection = request.collection ?? randomUUID();
    const folder = path.join(this.#folder, collection);
    const file = path.join(folder, ...parts);
    const tally = await this.#tally(collection, folder);
    const before = await stat(file).catch(() => null);
    const change: Tally = { bytes: bytes.length - (before?.size ?? 0), files: before ? 0 : 1 };
    this.#assertRoom(tally, change);
    // Counted before it is written, as others of the collection come at the same time.
    tally.bytes += change.bytes;
    tally.files += change.files;
    try {
      await this.#write(folder, file, bytes);
      const real = await realpath(file);
      return {
        file: this.#grants.entry(real, kindByName(real)),
        folder: this.#grants.entry(await this.#top(folder), 'folder'),
      };
    } catch (error) {
      tally.bytes -= change.bytes;
      tally.files -= change.files;
      throw error;
    }
  }

  async #tally(collection: string, folder: string): Promise<Tally> {
    const known = this.#tallies.get(collection) ?? count(folder);
    this.#tallies.set(collection, known);
    return known;
  }

  #assertRoom(tally: Tally, change: Tally): void {
    const { collectionBytes, collectionFiles } = this.#limits;
    if (tally.files + change.files > collectionFiles) {
      throw tooLarge(
        `At most ${collectionFiles.toLocaleString('en')} files can be uploaded at once.`,
        'Put the folder where the engine runs, and browse to it there.',
      );
    }
    if (tally.bytes + change.bytes > collectionBytes) {
      throw tooLarge(
        `At most ${mebibytes(collectionBytes)} can be uploaded at once.`,
        'Put the folder where the engine runs, and browse to it there.',
      );
    }
  }

  async #write(folder: string, file: string, bytes: Uint8Array): Promise<void> {
    const incoming = path.join(this.#folder, '.incoming');
    const aside = path.join(incoming, randomBytes(12).toString('hex'));
    const parent = path.dirname(file);
    try {
      await mkdir(incoming, { recursive: true, mode: 0o700 });
      await mkdir(parent, { recursive: true, mode: 0o700 });
      // Only this engine writes here, but a person may have put a link in the way.
      if (!contains(await realpath(folder), await realpath(parent))) throw new RangeError('a link leads out of it');
      await using handle = await open(aside, 'wx', 0o600);
      await handle.writeFile(bytes);
      await rename(aside, file);
    } catch (error) {
      await rm(aside, { force: true }).catch(() => undefined);
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'EEXIST' || code === 'ENOTDIR' || code === 'EISDIR' || error instanceof RangeError) {
        throw new ThawError(
          'usage.invalid',
          `A file and a folder of one collection have different names; '${path.relative(folder, file)}' is taken.`,
          'Choose the files again.',
          { cause: error },
        );
      }
      throw explainDiskError(error, 'keep the uploaded file');
    }
  }

  /** Where a collection begins: a dropped folder comes under its own name, and is meant itself. */
  async #top(folder: string): Promise<string> {
    const real = await realpath(folder);
    const entries = await readdir(real, { withFileTypes: true });
    const [only] = entries;
    return entries.length === 1 && only?.isDirectory() ? path.join(real, only.name) : real;
  }
}

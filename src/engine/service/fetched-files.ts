import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, open, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Request, Response } from '../../shared/contract/endpoint.ts';
import { LARGEST_PIECE } from '../../shared/contract/run-exchange.ts';
import { explainDiskError, ThawError } from '../../shared/errors/thaw-error.ts';

/** A window that went away fetches no more; so many files wait for theirs. */
const MOST_FILES = 8;
/** An engine that was killed leaves its files; nobody takes a day to fetch one. */
const LEFT_MILLISECONDS = 24 * 60 * 60 * 1000;

/** Files that were written for a window, which hands them to the person piece by piece; in `THAW_HOME/fetched`. */
export class FetchedFiles {
  readonly #files = new Map<string, string>();
  readonly #folder: string;

  constructor(home: string) {
    this.#folder = path.join(home, 'fetched');
  }

  /** @returns where a file of that name may be written, in a folder of its own */
  async place(name: string): Promise<string> {
    try {
      await this.#clear();
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      return path.join(await mkdtemp(path.join(this.#folder, 'export-')), name);
    } catch (error) {
      throw explainDiskError(error, 'write a file for the window');
    }
  }

  /** Keeps a file that was written where `place` said. @returns the id to fetch it by */
  async keep(file: string): Promise<string> {
    const id = randomBytes(18).toString('base64url');
    this.#files.set(id, file);
    const [oldest] = this.#files.keys();
    if (this.#files.size > MOST_FILES && oldest !== undefined) await this.#forget(oldest);
    return id;
  }

  /** A piece of a kept file. @throws ThawError `file.notGranted` for one that is not kept any more */
  async read({ grantId, offset }: Request<'files.read'>): Promise<Response<'files.read'>> {
    const file = this.#files.get(grantId);
    if (file === undefined) {
      throw new ThawError(
        'file.notGranted',
        'A file that was written for a window is kept until it was fetched; this one is not kept.',
        'Export it again.',
      );
    }
    await using handle = await open(file, 'r');
    const { size } = await handle.stat();
    const bytes = new Uint8Array(Math.max(0, Math.min(LARGEST_PIECE, size - offset)));
    let done = 0;
    while (done < bytes.length) {
      const { bytesRead } = await handle.read(bytes, done, bytes.length - done, offset + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    const last = offset + bytes.length >= size;
    if (last) await this.#forget(grantId);
    return { bytes, last };
  }

  /** Removes what nobody fetched, of this engine and of those that were killed. */
  async close(): Promise<void> {
    for (const id of [...this.#files.keys()]) await this.#forget(id);
    await this.#clear().catch(() => undefined);
  }

  /** Other engines may be at work in the same home: what is young may be theirs. */
  async #clear(): Promise<void> {
    for (const name of await readdir(this.#folder).catch(() => [])) {
      const left = path.join(this.#folder, name);
      const written = (await stat(left).catch(() => null))?.mtimeMs ?? Infinity;
      if (Date.now() - written > LEFT_MILLISECONDS) await rm(left, { recursive: true, force: true });
    }
  }

  /** What was written at a place and is of no use. */
  async discard(file: string): Promise<void> {
    await rm(path.dirname(file), { recursive: true, force: true });
  }

  async #forget(id: string): Promise<void> {
    const file = this.#files.get(id);
    this.#files.delete(id);
    if (file !== undefined) await this.discard(file);
  }
}

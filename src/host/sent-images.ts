import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { explainDiskError } from '../shared/errors/thaw-error.ts';

/** The process that the folder belongs to follows, and what `mkdtemp` adds. */
const NAME = /^thaw-serve-(\d+)-/;

function isAlive(process_: number): boolean {
  try {
    process.kill(process_, 0);
    return true;
  } catch (error) {
    // It is somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Removes what processes left that were killed. */
async function clearLeft(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const owner = Number(NAME.exec(name)?.[1] ?? process.pid);
    if (isAlive(owner)) continue;
    // What cannot be removed is another person's.
    await rm(path.join(parent, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

/**
 * Images that were sent, as files for as long as they are predicted: in a folder that this user alone can open, under names
 * that nobody can know. It goes with the process, and where that is killed, when the next one begins.
 */
export class SentImages {
  readonly #folder: string;
  readonly #remove = (): void => rmSync(this.#folder, { recursive: true, force: true });

  private constructor(folder: string) {
    this.#folder = folder;
    process.once('exit', this.#remove);
  }

  /** @throws ThawError `disk.full`, `disk.readOnly` */
  static async open(): Promise<SentImages> {
    const parent = tmpdir();
    try {
      await clearLeft(parent);
      return new SentImages(await mkdtemp(path.join(parent, `thaw-serve-${process.pid}-`)));
    } catch (error) {
      throw explainDiskError(error, 'make a folder for images that are sent');
    }
  }

  /**
   * Does something with an image's file, which is gone when that has ended, well or not.
   *
   * @throws ThawError `disk.full`, `disk.readOnly`, and what the work meets
   */
  async during<Result>(image: Uint8Array, work: (file: string) => Promise<Result>): Promise<Result> {
    const file = path.join(this.#folder, randomBytes(16).toString('hex'));
    try {
      await writeFile(file, image, { flag: 'wx', mode: 0o600 }).catch((error: unknown) => {
        throw explainDiskError(error, 'keep an image that was sent');
      });
      return await work(file);
    } finally {
      await rm(file, { force: true });
    }
  }

  /** Removes the folder with whatever is in it. */
  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
    process.off('exit', this.#remove);
  }
}

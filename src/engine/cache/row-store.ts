import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { evictLeastRecentlyUsed } from './cache-folder.ts';
import {
  chunkIdOf,
  ChunkReader,
  isIndexFile,
  MAXIMUM_ROWS,
  readChunk,
  removeChunk,
  rowBytes,
  touchChunk,
  writeChunk,
} from './chunk.ts';
import type { Chunk, Column, UnusableChunk } from './chunk.ts';

/** Large enough that files are few, small enough to be held in memory twice over. */
const CHUNK_BYTES = 8 * 2 ** 20;
/** Files kept open for reading; every operating system allows some hundreds. */
const MAXIMUM_OPEN_CHUNKS = 64;
/** Chunks that wait to be written before `add` makes its caller wait. */
const MAXIMUM_WAITING_CHUNKS = 4;

export interface RowStoreOptions {
  /** The folder that holds one folder for each key; the limit is for all of them together. */
  readonly root: string;
  /** The name of this store's folder: everything, the image apart, that decides a row. */
  readonly key: string;
  readonly columns: readonly Column[];
  readonly limitBytes: number;
  /** Told once when the store cannot be written, and once when something in it was damaged. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

interface Place {
  readonly reader: ChunkReader;
  readonly row: number;
}

/**
 * Rows of numbers on disk, found again by the content hash of the image they come from. A store that cannot be read is
 * empty and one that cannot be written forgets: neither stops its user. Any number of processes may use one folder.
 */
export class RowStore {
  readonly #options: RowStoreOptions;
  readonly #folder: string;
  readonly #rowsPerChunk: number;
  readonly #places = new Map<string, Place>();
  readonly #open = new Set<ChunkReader>();
  readonly #touched = new Set<Chunk>();
  readonly #warned = new Set<string>();
  #pending = new Map<string, readonly Uint8Array[]>();
  #waiting = 0;
  #writing: Promise<void> = Promise.resolve();
  #writable = true;
  #written = false;

  private constructor(options: RowStoreOptions) {
    this.#options = options;
    this.#folder = path.join(options.root, options.key);
    const bytes = options.columns.reduce((sum, column) => sum + rowBytes(column), 0);
    this.#rowsPerChunk = Math.max(1, Math.min(MAXIMUM_ROWS, Math.floor(CHUNK_BYTES / Math.max(1, bytes))));
  }

  /** Reads which rows there are; the rows themselves are read when asked for. */
  static async open(options: RowStoreOptions): Promise<RowStore> {
    const store = new RowStore(options);
    const names = await readdir(store.#folder).catch(() => []);
    const ids = names.filter(isIndexFile).map(chunkIdOf).sort();
    const chunks = await Promise.all(ids.map((id) => readChunk(store.#folder, id, options.columns)));
    for (const chunk of chunks) {
      if (!chunk) continue;
      if ('problem' in chunk) await store.#remove(chunk);
      else store.#list(chunk);
    }
    return store;
  }

  #list(chunk: Chunk): void {
    const reader = new ChunkReader(chunk, this.#options.columns);
    chunk.keys.forEach((key, row) => this.#places.set(key, { reader, row }));
  }

  has(key: string): boolean {
    return this.#places.has(key);
  }

  #warnOnce(kind: string, message: string): void {
    if (this.#warned.has(kind)) return;
    this.#warned.add(kind);
    this.#options.onWarning?.(message);
  }

  /** Removes a chunk that cannot be used; its rows are computed again. */
  async #remove(chunk: UnusableChunk): Promise<void> {
    await removeChunk(chunk);
    this.#warnOnce(
      'unusable',
      `A part of the cache in ${this.#folder} cannot be used and is computed again: ${chunk.problem}.`,
    );
  }

  /** Removes a damaged chunk; its rows count as missing from now on. */
  async #discard(reader: ChunkReader): Promise<void> {
    for (const key of reader.chunk.keys) if (this.#places.get(key)?.reader === reader) this.#places.delete(key);
    this.#open.delete(reader);
    await reader.close();
    await removeChunk(reader.chunk);
    this.#warnOnce('damaged', `A part of the cache in ${this.#folder} was damaged or gone; it is computed again.`);
  }

  async #closeIdle(): Promise<void> {
    for (const reader of this.#open) {
      if (this.#open.size <= MAXIMUM_OPEN_CHUNKS) return;
      if (!reader.isIdle) continue;
      this.#open.delete(reader);
      await reader.close();
    }
  }

  /**
   * Reads rows into memory of the caller's.
   *
   * @param requests each with one target for each column, as long as the column's row
   * @returns for each request, whether the row was there, undamaged; where not, its targets hold nothing of use
   */
  async read(
    requests: readonly { readonly key: string; readonly targets: readonly Uint8Array[] }[],
  ): Promise<readonly boolean[]> {
    const found = requests.map(() => false);
    const byReader = new Map<ChunkReader, { readonly request: number; readonly row: number }[]>();
    requests.forEach(({ key }, request) => {
      const place = this.#places.get(key);
      if (!place) return;
      const rows = byReader.get(place.reader) ?? [];
      rows.push({ request, row: place.row });
      byReader.set(place.reader, rows);
    });
    for (const [reader, rows] of byReader) {
      this.#open.add(reader);
      const intact = await reader.read(
        rows.map(({ request, row }) => ({ row, targets: requests[request]?.targets ?? [] })),
      );
      if (intact) {
        for (const { request } of rows) found[request] = true;
        if (!this.#touched.has(reader.chunk)) {
          this.#touched.add(reader.chunk);
          await touchChunk(reader.chunk);
        }
      } else {
        await this.#discard(reader);
      }
      await this.#closeIdle();
    }
    return found;
  }

  /**
   * Adds a row, written to disk when enough have come together or at `close`. Never rejects: where the disk refuses, a
   * warning is given and the store goes on without.
   *
   * @param row one array for each column; must not be changed afterwards
   * @returns a promise that waits only when the disk has fallen behind
   */
  async add(key: string, row: readonly Uint8Array[]): Promise<void> {
    if (!this.#writable || this.#places.has(key) || this.#pending.has(key)) return;
    this.#pending.set(key, row);
    if (this.#pending.size >= this.#rowsPerChunk) this.#flush();
    if (this.#waiting > MAXIMUM_WAITING_CHUNKS) await this.#writing;
  }

  #flush(): void {
    const rows = this.#pending;
    if (rows.size === 0) return;
    this.#pending = new Map();
    this.#waiting += 1;
    this.#writing = this.#writing.then(async () => {
      await this.#write(rows);
      this.#waiting -= 1;
    });
  }

  async #write(rows: ReadonlyMap<string, readonly Uint8Array[]>): Promise<void> {
    if (!this.#writable) return;
    try {
      this.#list(await writeChunk(this.#folder, this.#options.columns, [...rows.keys()], [...rows.values()]));
      this.#written = true;
    } catch (error) {
      this.#writable = false;
      const found = error instanceof Error ? error.message : String(error);
      this.#warnOnce('unwritable', `The cache in ${this.#folder} cannot be written, and is done without: ${found}.`);
    }
  }

  /** Writes what is left, closes all files and, where something was written, brings the cache back under its limit. */
  async close(): Promise<void> {
    this.#flush();
    await this.#writing;
    await Promise.all([...this.#open].map((reader) => reader.close()));
    this.#open.clear();
    if (this.#written) await evictLeastRecentlyUsed(this.#options.root, this.#options.limitBytes);
  }
}

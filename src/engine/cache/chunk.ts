import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { npyHeader } from '../numpy/npy-header.ts';

/** The number types that the caches hold, as NumPy describes them (little-endian), and the bytes of one. */
const TYPES = {
  float32: { description: '<f4', bytes: 4 },
  uint8: { description: '|u1', bytes: 1 },
} as const;

/** One array of each row: an image's pixels, or the output of one layer for it. */
export interface Column {
  readonly name: string;
  readonly type: keyof typeof TYPES;
  /** The shape of one row's array. */
  readonly shape: readonly number[];
}

/** The bytes of one row's array. */
export function rowBytes(column: Column): number {
  return column.shape.reduce((product, size) => product * size, TYPES[column.type].bytes);
}

/** More rows than any chunk is given; bounds what is read from an index. */
export const MAXIMUM_ROWS = 4096;
const MAXIMUM_INDEX_BYTES = 4 * 2 ** 20;
const INDEX_VERSION = 1;

const indexSchema = z.strictObject({
  version: z.literal(INDEX_VERSION),
  columns: z.array(
    z.strictObject({
      name: z.string(),
      type: z.enum(['float32', 'uint8']),
      shape: z.array(z.int().min(0)),
      /** CRC-32 of each row's array. */
      checksums: z.array(z.int()),
    }),
  ),
  keys: z.array(z.string()).min(1).max(MAXIMUM_ROWS),
});

/**
 * Rows that were written together: `ID.0.npy`, `ID.1.npy`, ... hold one column each, [rows, ...shape], and `ID.json` names
 * the rows and their checksums. The index is renamed into place last, so a chunk with an index is complete; it is read-only
 * from then on, which is what lets several processes share a folder without a lock.
 */
export interface Chunk {
  readonly folder: string;
  readonly id: string;
  readonly keys: readonly string[];
  /** By column, then by row. */
  readonly checksums: readonly (readonly number[])[];
}

const INDEX = '.json';
const PARTIAL = '.partial';

export function isIndexFile(name: string): boolean {
  return name.endsWith(INDEX);
}

/** The chunk that a file of a cache folder belongs to. */
export function chunkIdOf(fileName: string): string {
  return fileName.split('.', 1)[0] ?? '';
}

const indexPath = (folder: string, id: string): string => path.join(folder, id + INDEX);
const columnPath = (folder: string, id: string, column: number): string => path.join(folder, `${id}.${column}.npy`);

/** A chunk that cannot be used, and why: what was expected and what was found. */
export interface UnusableChunk {
  readonly folder: string;
  readonly id: string;
  readonly problem: string;
}

const versioned = z.looseObject({ version: z.unknown() });

function columnsInWords(columns: readonly Column[]): string {
  return columns.map(({ name, type, shape }) => `${name} ${type} [${shape.join(', ')}]`).join(', ');
}

/** @throws Error saying what was expected and what was found */
function parseIndex(text: string, columns: readonly Column[]): Pick<Chunk, 'keys' | 'checksums'> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error('its list of rows does not read');
  }
  const found = versioned.safeParse(json);
  if (found.success && found.data.version !== INDEX_VERSION) {
    const version = JSON.stringify(found.data.version);
    throw new Error(`it was written by another Thaw: expected version ${INDEX_VERSION}, found version ${version}`);
  }
  const index = indexSchema.safeParse(json);
  if (!index.success || index.data.columns.some(({ checksums }) => checksums.length !== index.data.keys.length)) {
    throw new Error('its list of rows is not as it was written');
  }
  const [expected, described] = [columnsInWords(columns), columnsInWords(index.data.columns)];
  if (described !== expected) throw new Error(`expected ${expected}, found ${described}`);
  return { keys: index.data.keys, checksums: index.data.columns.map(({ checksums }) => checksums) };
}

/**
 * Reads a chunk's index.
 *
 * @returns null where it is gone: another process may have removed it
 */
export async function readChunk(
  folder: string,
  id: string,
  columns: readonly Column[],
): Promise<Chunk | UnusableChunk | null> {
  const file = indexPath(folder, id);
  try {
    const { size } = await stat(file);
    if (size > MAXIMUM_INDEX_BYTES) return { folder, id, problem: `its list of rows has ${size} bytes` };
    return { folder, id, ...parseIndex(await readFile(file, 'utf8'), columns) };
  } catch (error) {
    if (error instanceof Error && 'code' in error) return null;
    return { folder, id, problem: error instanceof Error ? error.message : String(error) };
  }
}

/** Arrays that are handed to the operating system at a time; Linux takes 1024. */
const ARRAYS_AT_ONCE = 512;

/** Writes what lies in many places without putting it together first. @throws the file system's error, or a RangeError */
async function writeAside(file: string, content: readonly Uint8Array[]): Promise<void> {
  const handle = await open(file + PARTIAL, 'w');
  try {
    for (let first = 0; first < content.length; first += ARRAYS_AT_ONCE) {
      const some = content.slice(first, first + ARRAYS_AT_ONCE);
      const { bytesWritten } = await handle.writev(some);
      const bytes = some.reduce((sum, { length }) => sum + length, 0);
      if (bytesWritten !== bytes) throw new RangeError(`of ${bytes} bytes only ${bytesWritten} were written`);
    }
  } finally {
    await handle.close();
  }
  await rename(file + PARTIAL, file);
}

/**
 * Writes rows as a new chunk.
 *
 * @param rows each row's arrays, in the order of the columns
 * @throws the file system's error, with nothing left behind that could be taken for a chunk
 */
export async function writeChunk(
  folder: string,
  columns: readonly Column[],
  keys: readonly string[],
  rows: readonly (readonly Uint8Array[])[],
): Promise<Chunk> {
  const id = `${Date.now().toString(36)}-${randomBytes(6).toString('hex')}`;
  const checksums: number[][] = [];
  try {
    await mkdir(folder, { recursive: true });
    for (const [number, column] of columns.entries()) {
      const arrays = rows.map((row) => row[number] ?? new Uint8Array());
      checksums.push(arrays.map((array) => crc32(array)));
      const header = npyHeader(TYPES[column.type].description, [rows.length, ...column.shape]);
      await writeAside(columnPath(folder, id, number), [header, ...arrays]);
    }
    const described = columns.map(({ name, type, shape }, number) => ({
      name,
      type,
      shape,
      checksums: checksums[number],
    }));
    const index = JSON.stringify({ version: INDEX_VERSION, columns: described, keys });
    await writeAside(indexPath(folder, id), [Buffer.from(index)]);
  } catch (error) {
    await removeChunk({ folder, id });
    throw error;
  }
  return { folder, id, keys, checksums };
}

/** Removes a chunk, its index first, so that it is never taken for complete; what cannot be removed stays. */
export async function removeChunk({ folder, id }: Pick<Chunk, 'folder' | 'id'>): Promise<void> {
  await rm(indexPath(folder, id), { force: true }).catch(() => undefined);
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((file) => chunkIdOf(file) === id)) {
    await rm(path.join(folder, name), { force: true }).catch(() => undefined);
  }
}

/** Notes that a chunk was used: the oldest use is evicted first. */
export async function touchChunk(chunk: Chunk): Promise<void> {
  const now = new Date();
  await utimes(indexPath(chunk.folder, chunk.id), now, now).catch(() => undefined);
}

interface ColumnFile {
  readonly handle: FileHandle;
  /** Where the data begins. */
  readonly start: number;
}

/** Reads and checks rows of one chunk; each column's file is opened once, at the first use. */
export class ChunkReader {
  readonly chunk: Chunk;
  readonly #columns: readonly Column[];
  #files: Promise<readonly ColumnFile[]> | null = null;
  #users = 0;

  constructor(chunk: Chunk, columns: readonly Column[]) {
    this.chunk = chunk;
    this.#columns = columns;
  }

  get isIdle(): boolean {
    return this.#users === 0;
  }

  async #open(): Promise<readonly ColumnFile[]> {
    const rows = this.chunk.keys.length;
    const files: ColumnFile[] = [];
    try {
      for (const [number, column] of this.#columns.entries()) {
        const header = npyHeader(TYPES[column.type].description, [rows, ...column.shape]);
        const handle = await open(columnPath(this.chunk.folder, this.chunk.id, number), 'r');
        files.push({ handle, start: header.length });
        const found = Buffer.alloc(header.length);
        await handle.read(found, 0, found.length, 0);
        const { size } = await handle.stat();
        if (!found.equals(header) || size !== header.length + rows * rowBytes(column)) {
          throw new RangeError(`${this.chunk.id} is not as its index says.`);
        }
      }
      return files;
    } catch (error) {
      await Promise.all(files.map(({ handle }) => handle.close()));
      throw error;
    }
  }

  /**
   * Reads rows into memory of the caller's.
   *
   * @param requests each with the row's number and one target for each column, as long as the column's row
   * @returns whether all of them are there and as they were written; where not, the targets hold nothing of use
   */
  async read(requests: readonly { readonly row: number; readonly targets: readonly Uint8Array[] }[]): Promise<boolean> {
    this.#users += 1;
    try {
      this.#files ??= this.#open();
      const files = await this.#files;
      const many = requests.length > 1 && requests.length * 4 >= this.chunk.keys.length;
      for (const [number, column] of this.#columns.entries()) {
        const file = files[number];
        if (!file) return false;
        const bytes = rowBytes(column);
        let whole: Uint8Array | null = null;
        if (many) {
          whole = new Uint8Array(this.chunk.keys.length * bytes);
          await file.handle.read(whole, 0, whole.length, file.start);
        }
        for (const { row, targets } of requests) {
          const target = targets[number];
          if (target?.length !== bytes) return false;
          if (whole) target.set(whole.subarray(row * bytes, (row + 1) * bytes));
          else await file.handle.read(target, 0, bytes, file.start + row * bytes);
          if (crc32(target) !== this.chunk.checksums[number]?.[row]) return false;
        }
      }
      return true;
    } catch {
      return false;
    } finally {
      this.#users -= 1;
    }
  }

  async close(): Promise<void> {
    const files = this.#files;
    this.#files = null;
    const opened = await files?.catch(() => null);
    await Promise.all((opened ?? []).map(({ handle }) => handle.close()));
  }
}

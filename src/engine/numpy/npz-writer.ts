import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { npyHeader } from './npy-header.ts';
import { centralDirectory, localHeader, type StoredMember } from './zip-structures.ts';

const COPY_BYTES = 1 << 20;

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
}

/** An array whose rows are handed over one after the other; how many there will be need not be known. */
class RowWriter {
  readonly #file: FileHandle;
  readonly #name: string;
  readonly #description: string;
  readonly #rowShape: readonly number[];
  readonly #rowBytes: number;
  readonly #most: number;
  readonly #offset: number;
  readonly #start: number;
  readonly #header: Buffer;
  #crc: number;
  #rows = 0;

  constructor(
    file: FileHandle,
    offset: number,
    array: {
      readonly name: string;
      readonly description: string;
      readonly rowShape: readonly number[];
      readonly rowBytes: number;
      readonly mostRows: number;
    },
  ) {
    this.#file = file;
    this.#offset = offset;
    this.#name = array.name;
    this.#description = array.description;
    this.#rowShape = array.rowShape;
    this.#rowBytes = array.rowBytes;
    this.#most = array.mostRows;
    this.#header = npyHeader(array.description, [array.mostRows, ...array.rowShape]);
    this.#start = offset + localHeader(this.#member(0, 0)).length;
    this.#crc = crc32(this.#header);
  }

  #member(crc: number, bytes: number): StoredMember {
    return { name: `${this.#name}.npy`, crc, bytes, offset: this.#offset };
  }

  /** Where the next member may begin. */
  get end(): number {
    return this.#start + this.#header.length + this.#most * this.#rowBytes;
  }

  /** @param rows whole rows, row-major */
  async append(rows: Uint8Array): Promise<void> {
    const count = rows.length / this.#rowBytes;
    if (!Number.isInteger(count) || this.#rows + count > this.#most) {
      throw new RangeError(`'${this.#name}' has room for ${this.#most - this.#rows} rows of ${this.#rowBytes} bytes.`);
    }
    await writeAll(this.#file, rows, this.#start + this.#header.length + this.#rows * this.#rowBytes);
    this.#crc = crc32(rows, this.#crc);
    this.#rows += count;
  }

  /** The checksum of an array whose header was not known before it ended. */
  async #crcOf(header: Buffer): Promise<number> {
    let crc = crc32(header);
    const start = this.#start + header.length;
    const bytes = this.#rows * this.#rowBytes;
    const chunk = Buffer.allocUnsafe(Math.min(COPY_BYTES, bytes));
    for (let done = 0; done < bytes;) {
      const { bytesRead } = await this.#file.read(chunk, 0, Math.min(chunk.length, bytes - done), start + done);
      if (bytesRead === 0) throw new Error(`'${this.#name}' ended while it was read back.`);
      crc = crc32(chunk.subarray(0, bytesRead), crc);
      done += bytesRead;
    }
    return crc;
  }

  /** Writes the headers, now that the rows are counted. */
  async close(): Promise<StoredMember> {
    const isFull = this.#rows === this.#most;
    const header = npyHeader(this.#description, [this.#rows, ...this.#rowShape], this.#header.length);
    const crc = isFull ? this.#crc : await this.#crcOf(header);
    const member = this.#member(crc, header.length + this.#rows * this.#rowBytes);
    await writeAll(this.#file, Buffer.concat([localHeader(member), header]), this.#offset);
    return member;
  }
}
export type { RowWriter };

/** Where a process writes a file before it takes its name. */
export function partialFile(target: string, pid: number): string {
  return `${target}.${pid}.part`;
}

/**
 * Writes arrays to a `.npz` file, which is a zip file of `.npy` files, stored as they are: `numpy.load` reads it without
 * pickles. The file is written aside and takes its name at the end. Arrays may have any size: sizes are 64 bits long.
 */
export class NpzWriter {
  readonly #target: string;
  readonly #aside: string;
  readonly #file: FileHandle;
  readonly #open: RowWriter[] = [];
  #end = 0;

  private constructor(target: string, aside: string, file: FileHandle) {
    this.#target = target;
    this.#aside = aside;
    this.#file = file;
  }

  /** @throws the file system's error */
  static async create(target: string): Promise<NpzWriter> {
    const aside = partialFile(target, process.pid);
    return new NpzWriter(target, aside, await open(aside, 'w+'));
  }

  /** Begins an array of at most so many rows; what fewer leave free stays a gap between two members of the file. */
  array(
    name: string,
    description: string,
    rowShape: readonly number[],
    { rowBytes, mostRows }: { readonly rowBytes: number; readonly mostRows: number },
  ): RowWriter {
    const writer = new RowWriter(this.#file, this.#end, { name, description, rowShape, rowBytes, mostRows });
    this.#end = writer.end;
    this.#open.push(writer);
    return writer;
  }

  /** Writes a list of whole numbers. */
  async integers(name: string, values: readonly number[]): Promise<void> {
    const numbers = BigInt64Array.from(values, BigInt);
    const writer = this.array(name, '<i8', [], { rowBytes: 8, mostRows: values.length });
    await writer.append(new Uint8Array(numbers.buffer));
  }

  /** Writes a list of texts, each padded to the longest: four bytes a code point. */
  async texts(name: string, values: readonly string[]): Promise<void> {
    const points = values.map((value) => Array.from(value, (character) => character.codePointAt(0) ?? 0));
    const longest = points.reduce((most, { length }) => Math.max(most, length), 1);
    const writer = this.array(name, `<U${longest}`, [], { rowBytes: longest * 4, mostRows: values.length });
    for (const text of points) {
      const item = new Uint32Array(longest);
      item.set(text);
      await writer.append(new Uint8Array(item.buffer));
    }
  }

  /** Completes the file under its name. */
  async close(): Promise<void> {
    try {
      const members: StoredMember[] = [];
      for (const writer of this.#open) members.push(await writer.close());
      await writeAll(this.#file, centralDirectory(members, this.#end), this.#end);
      await this.#file.sync();
    } finally {
      await this.#file.close();
    }
    await rename(this.#aside, this.#target);
  }

  /** Removes what was written; the file that may stand under the name stays as it was. */
  async abandon(): Promise<void> {
    await this.#file.close().catch(() => undefined);
    await rm(this.#aside, { force: true });
  }
}

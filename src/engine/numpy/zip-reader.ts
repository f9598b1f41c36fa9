import { open, type FileHandle } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { createInflateRaw, crc32 } from 'node:zlib';
import { ELSEWHERE, METHODS, RECORD_BYTES, SIGNATURES, ZIP64_EXTRA } from './zip-structures.ts';

/** The file is no zip file, or a damaged one; the caller knows the file and says so. */
export class MalformedZip extends Error {}

const LONGEST_COMMENT = 0xffff;
const MOST_MEMBERS = 4096;
const LARGEST_DIRECTORY = 4 * 2 ** 20;
/** Deflate makes no more of a byte than this; a member that promises more is not one. */
const LARGEST_EXPANSION = 1032;
const CHUNK_BYTES = 1 << 20;
/** The system that made a member, as the specification counts them (4.4.2). */
const UNIX = 3;

/** A member as the file's directory describes it. */
export interface ZipMember {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packedBytes: number;
  readonly bytes: number;
  readonly offset: number;
  /** Whether it stands for a link or a device where it was packed by a Unix program. */
  readonly isSpecial: boolean;
}

function size(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new MalformedZip('a size in it is larger than any file');
  return Number(value);
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  for (let done = 0; done < length;) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) throw new MalformedZip('it ends too early');
    done += bytesRead;
  }
  return bytes;
}

interface Directory {
  readonly offset: number;
  readonly bytes: number;
  readonly members: number;
}

async function findDirectory(file: FileHandle, fileBytes: number): Promise<Directory> {
  const tailBytes = Math.min(fileBytes, RECORD_BYTES.end + LONGEST_COMMENT + RECORD_BYTES.locator64);
  const tail = await readAt(file, fileBytes - tailBytes, tailBytes);
  let at = tail.length - RECORD_BYTES.end;
  while (at >= 0 && tail.readUInt32LE(at) !== SIGNATURES.end) at -= 1;
  if (at < 0) throw new MalformedZip('it has no list of members at its end');
  const found = {
    members: tail.readUInt16LE(at + 10),
    bytes: tail.readUInt32LE(at + 12),
    offset: tail.readUInt32LE(at + 16),
  };
  const locator = at - RECORD_BYTES.locator64;
  if (locator < 0 || tail.readUInt32LE(locator) !== SIGNATURES.locator64) return found;
  const end64 = await readAt(file, size(tail.readBigUInt64LE(locator + 8)), RECORD_BYTES.end64);
  if (end64.readUInt32LE(0) !== SIGNATURES.end64) throw new MalformedZip('its list of members is not where it says');
  return {
    members: size(end64.readBigUInt64LE(32)),
    bytes: size(end64.readBigUInt64LE(40)),
    offset: size(end64.readBigUInt64LE(48)),
  };
}

/** The 64-bit numbers that stand in the extra field for those that say so, in their order. */
function withLongNumbers(extra: Buffer, numbers: readonly number[]): readonly number[] {
  if (!numbers.includes(ELSEWHERE.long)) return numbers;
  for (let at = 0; at + 4 <= extra.length;) {
    const [id, length] = [extra.readUInt16LE(at), extra.readUInt16LE(at + 2)];
    if (id === ZIP64_EXTRA) {
      let next = at + 4;
      return numbers.map((number) => {
        if (number !== ELSEWHERE.long) return number;
        if (next + 8 > Math.min(extra.length, at + 4 + length)) throw new MalformedZip('a size in it is missing');
        next += 8;
        return size(extra.readBigUInt64LE(next - 8));
      });
    }
    at += 4 + length;
  }
  return numbers;
}

/** By the kinds of `stat.h`: a file, a folder, or nothing said. */
function isSpecialMode(system: number, mode: number): boolean {
  const kind = mode & 0o170000;
  return system === UNIX && kind !== 0 && kind !== 0o100000 && kind !== 0o040000;
}

function parseDirectory(directory: Buffer, count: number): readonly ZipMember[] {
  const members: ZipMember[] = [];
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    if (at + RECORD_BYTES.central > directory.length || directory.readUInt32LE(at) !== SIGNATURES.central) {
      throw new MalformedZip(`its list of members ends after ${index} of ${count}`);
    }
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => directory.readUInt16LE(at + field));
    const nameEnd = at + RECORD_BYTES.central + (nameBytes ?? 0);
    const extra = directory.subarray(nameEnd, nameEnd + (extraBytes ?? 0));
    const [bytes = 0, packedBytes = 0, offset = 0] = withLongNumbers(extra, [
      directory.readUInt32LE(at + 24),
      directory.readUInt32LE(at + 20),
      directory.readUInt32LE(at + 42),
    ]);
    const name = directory.toString('utf8', at + RECORD_BYTES.central, nameEnd);
    if ((directory.readUInt16LE(at + 8) & 1) === 1) throw new MalformedZip(`its member '${name}' is encrypted`);
    const method = directory.readUInt16LE(at + 10);
    const isSpecial = isSpecialMode(directory.readUInt8(at + 5), directory.readUInt32LE(at + 38) >>> 16);
    members.push({ name, method, crc: directory.readUInt32LE(at + 16), packedBytes, bytes, offset, isSpecial });
    at = nameEnd + (extraBytes ?? 0) + (commentBytes ?? 0);
  }
  return members;
}

/**
 * A zip file whose members are read one at a time and never as a whole: stored or deflated, with 32- or 64-bit sizes. Nothing
 * in it is believed: sizes are bounded before memory is taken, and each member's checksum is compared.
 */
export class ZipReader {
  readonly #file: FileHandle;
  readonly members: ReadonlyMap<string, ZipMember>;

  private constructor(file: FileHandle, members: readonly ZipMember[]) {
    this.#file = file;
    this.members = new Map(members.map((member) => [member.name, member]));
    // Which of two is meant, readers would answer differently.
    if (this.members.size !== members.length) throw new MalformedZip('two of its members have one name');
  }

  /** @throws MalformedZip, or the file system's error */
  static async open(path: string): Promise<ZipReader> {
    const file = await open(path, 'r');
    try {
      const { size: fileBytes } = await file.stat();
      if (fileBytes < RECORD_BYTES.end) throw new MalformedZip(`it has ${fileBytes} bytes`);
      const { members, bytes, offset } = await findDirectory(file, fileBytes);
      if (members > MOST_MEMBERS) throw new MalformedZip(`it has ${members} members, more than ${MOST_MEMBERS}`);
      if (bytes > LARGEST_DIRECTORY || offset + bytes > fileBytes) {
        throw new MalformedZip(`its list of members has ${bytes} bytes`);
      }
      return new ZipReader(file, parseDirectory(await readAt(file, offset, bytes), members));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async *#packed(member: ZipMember): AsyncGenerator<Buffer> {
    const header = await readAt(this.#file, member.offset, RECORD_BYTES.local);
    if (header.readUInt32LE(0) !== SIGNATURES.local) throw new MalformedZip(`'${member.name}' is not where it says`);
    const start = member.offset + RECORD_BYTES.local + header.readUInt16LE(26) + header.readUInt16LE(28);
    for (let done = 0; done < member.packedBytes; done += CHUNK_BYTES) {
      yield await readAt(this.#file, start + done, Math.min(CHUNK_BYTES, member.packedBytes - done));
    }
  }

  async *#unpacked(member: ZipMember): AsyncGenerator<Buffer> {
    if (member.method === METHODS.stored) {
      yield* this.#packed(member);
      return;
    }
    const inflate = createInflateRaw({ chunkSize: CHUNK_BYTES });
    // What goes wrong on the way is thrown where the pieces are taken.
    pipeline(Readable.from(this.#packed(member)), inflate, () => undefined);
    try {
      yield* inflate as AsyncIterable<Buffer>;
    } catch (error) {
      if (error instanceof MalformedZip) throw error;
      throw new MalformedZip(`'${member.name}' does not unpack`, { cause: error });
    } finally {
      inflate.destroy();
    }
  }

  /**
   * The content of a member, in pieces. It is known to be whole, neither longer nor shorter than announced and with the right
   * checksum, only once all of it was read.
   *
   * @throws MalformedZip
   */
  async *read(member: ZipMember): AsyncGenerator<Buffer> {
    const { name, method, bytes, packedBytes } = member;
    if (method !== METHODS.stored && method !== METHODS.deflated) {
      throw new MalformedZip(`'${name}' is packed by the method ${method}; stored and deflated are read`);
    }
    if (method === METHODS.stored ? bytes !== packedBytes : bytes > (packedBytes + 1) * LARGEST_EXPANSION) {
      throw new MalformedZip(`'${name}' cannot have ${bytes} bytes packed in ${packedBytes}`);
    }
    let done = 0;
    let crc = 0;
    for await (const piece of this.#unpacked(member)) {
      done += piece.length;
      if (done > bytes) throw new MalformedZip(`'${name}' has more than the ${bytes} bytes that it announces`);
      crc = crc32(piece, crc);
      yield piece;
    }
    if (done !== bytes) throw new MalformedZip(`'${name}' has ${done} of the ${bytes} bytes that it announces`);
    if (crc !== member.crc) throw new MalformedZip(`'${name}' is damaged: its checksum is another`);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

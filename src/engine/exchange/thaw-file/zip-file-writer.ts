import { createHash, randomBytes } from 'node:crypto';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { crc32, deflateRawSync } from 'node:zlib';
import { centralDirectory, localHeader, type StoredMember } from '../../numpy/zip-structures.ts';

const CHUNK_BYTES = 1 << 20;

/** What a member came to. */
export interface WrittenMember {
  readonly bytes: number;
  /** Of its content, lower-case hexadecimal. */
  readonly sha256: string;
}

/** Writes a zip file member by member, aside until it is whole; files of any size go through it in pieces. */
export class ZipFileWriter {
  readonly #target: string;
  readonly #aside: string;
  readonly #file: FileHandle;
  readonly #members: StoredMember[] = [];
  #end = 0;

  private constructor(target: string, aside: string, file: FileHandle) {
    this.#target = target;
    this.#aside = aside;
    this.#file = file;
  }

  /** @throws the file system's error */
  static async create(target: string): Promise<ZipFileWriter> {
    const aside = `${target}.${randomBytes(6).toString('hex')}.part`;
    return new ZipFileWriter(target, aside, await open(aside, 'wx+', 0o600));
  }

  async #write(bytes: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      done += (await this.#file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
    }
  }

  /** Adds a document, packed. */
  async add(name: string, content: Uint8Array): Promise<WrittenMember> {
    const packed = deflateRawSync(content);
    const member = {
      name,
      crc: crc32(content),
      bytes: content.length,
      packedBytes: packed.length,
      offset: this.#end,
    };
    const header = localHeader(member);
    await this.#write(header, this.#end);
    await this.#write(packed, this.#end + header.length);
    this.#end += header.length + packed.length;
    this.#members.push(member);
    return { bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
  }

  /** Adds a file as it is: weights do not get smaller. @throws the file system's error */
  async addFile(name: string, path: string, signal: AbortSignal): Promise<WrittenMember> {
    await using source = await open(path, 'r');
    const offset = this.#end;
    const headerBytes = localHeader({ name, crc: 0, bytes: 0, offset }).length;
    const hash = createHash('sha256');
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    let [crc, bytes] = [0, 0];
    for (;;) {
      signal.throwIfAborted();
      const { bytesRead } = await source.read(chunk, 0, chunk.length, bytes);
      if (bytesRead === 0) break;
      const piece = chunk.subarray(0, bytesRead);
      hash.update(piece);
      crc = crc32(piece, crc);
      await this.#write(piece, offset + headerBytes + bytes);
      bytes += bytesRead;
    }
    const member = { name, crc, bytes, offset };
    await this.#write(localHeader(member), offset);
    this.#end = offset + headerBytes + bytes;
    this.#members.push(member);
    return { bytes, sha256: hash.digest('hex') };
  }

  /** Gives the file its name. @returns the bytes it takes */
  async close(): Promise<number> {
    const directory = centralDirectory(this.#members, this.#end);
    await this.#write(directory, this.#end);
    await this.#file.sync();
    await this.#file.close();
    await rename(this.#aside, this.#target);
    return this.#end + directory.length;
  }

  /** Leaves nothing behind. */
  async discard(): Promise<void> {
    await this.#file.close().catch(() => undefined);
    await rm(this.#aside, { force: true });
  }
}

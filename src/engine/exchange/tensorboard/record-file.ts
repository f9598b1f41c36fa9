import { open, type FileHandle } from 'node:fs/promises';
import { maskedCrc32c } from '../../weights/crc32c.ts';

/** A record is not what its checksum says; the caller knows the file and says so. */
export class MalformedRecord extends Error {}

const LENGTH_BYTES = 8;
const CHECKSUM_BYTES = 4;
const HEADER_BYTES = LENGTH_BYTES + CHECKSUM_BYTES;
/** Pictures, graphs and traces stand in records as well; larger ones than this are nobody's figures. */
const LARGEST_RECORD = 2 ** 20;
const READ_BYTES = 1 << 20;

/**
 * A record of a TFRecord file: length (uint64), masked CRC-32C of the length, data, masked CRC-32C of the data, little-endian.
 * See https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details.
 */
export function encodeRecord(data: Uint8Array): Buffer {
  const record = Buffer.allocUnsafe(HEADER_BYTES + data.length + CHECKSUM_BYTES);
  record.writeBigUInt64LE(BigInt(data.length), 0);
  record.writeUInt32LE(maskedCrc32c(record.subarray(0, LENGTH_BYTES)), LENGTH_BYTES);
  record.set(data, HEADER_BYTES);
  record.writeUInt32LE(maskedCrc32c(data), HEADER_BYTES + data.length);
  return record;
}

/** What of a file was read and not yet used. */
class Window {
  readonly #file: FileHandle;
  #bytes = Buffer.alloc(0);

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** @returns null where the file ends before that many bytes */
  async take(count: number): Promise<Buffer | null> {
    if (this.#bytes.length < count) {
      const more = Buffer.allocUnsafe(Math.max(READ_BYTES, count - this.#bytes.length));
      const needed = count - this.#bytes.length;
      let filled = 0;
      while (filled < needed) {
        const { bytesRead } = await this.#file.read(more, filled, more.length - filled);
        if (bytesRead === 0) return null;
        filled += bytesRead;
      }
      this.#bytes = Buffer.concat([this.#bytes, more.subarray(0, filled)]);
    }
    const taken = this.#bytes.subarray(0, count);
    this.#bytes = this.#bytes.subarray(count);
    return taken;
  }

  /** @returns whether the file has so many bytes more */
  async skip(count: number): Promise<boolean> {
    for (let left = count; left > 0;) {
      const piece = await this.take(Math.min(left, READ_BYTES));
      if (!piece) return false;
      left -= piece.length;
    }
    return true;
  }
}

/**
 * The records of a file, one after the other. One that the file ends in the middle of is left out, as TensorBoard does: who
 * writes the file may be at work, or was killed. So is one of more than a mebibyte, which is no event with figures.
 *
 * @throws MalformedRecord for a wrong checksum, or the file system's error
 */
export async function* readRecords(path: string): AsyncGenerator<Buffer> {
  await using file = await open(path, 'r');
  const { size } = await file.stat();
  const window = new Window(file);
  let at = 0;
  for (;;) {
    const header = await window.take(HEADER_BYTES);
    if (!header) return;
    if (header.readUInt32LE(LENGTH_BYTES) !== maskedCrc32c(header.subarray(0, LENGTH_BYTES))) {
      throw new MalformedRecord(`the length of the record at byte ${at} has another checksum`);
    }
    const length = header.readBigUInt64LE(0);
    const whole = HEADER_BYTES + Number(length) + CHECKSUM_BYTES;
    // Before memory is taken for it.
    if (at + whole > size) return;
    if (length > BigInt(LARGEST_RECORD)) {
      if (!(await window.skip(Number(length) + CHECKSUM_BYTES))) return;
      at += whole;
      continue;
    }
    const body = await window.take(Number(length) + CHECKSUM_BYTES);
    if (!body) return;
    const data = body.subarray(0, Number(length));
    if (body.readUInt32LE(Number(length)) !== maskedCrc32c(data)) {
      throw new MalformedRecord(`the record at byte ${at} has another checksum`);
    }
    yield data;
    at += whole;
  }
}

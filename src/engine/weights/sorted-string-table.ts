import { ByteReader, MalformedBytes } from './byte-reader.ts';
import { maskedCrc32c } from './crc32c.ts';

const FOOTER_BYTES = 48;
/** The last eight bytes of every table. */
const MAGIC = Uint8Array.of(0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb);
const BLOCK_TRAILER_BYTES = 5;

interface BlockHandle {
  readonly offset: number;
  readonly size: number;
}

/** True if the bytes at a file's end are those of a leveldb table. */
export function endsAsTable(tail: Uint8Array): boolean {
  return tail.length >= MAGIC.length && MAGIC.every((byte, index) => tail[tail.length - MAGIC.length + index] === byte);
}

function blockHandle(reader: ByteReader): BlockHandle {
  return { offset: reader.varint(), size: reader.varint() };
}

/** A block's bytes, its checksum verified. */
function block(file: Uint8Array, { offset, size }: BlockHandle): Uint8Array {
  if (offset + size + BLOCK_TRAILER_BYTES > file.length) {
    throw new MalformedBytes(`a block of ${size} bytes is announced at ${offset} of ${file.length}`);
  }
  const compression = file[offset + size];
  const stored = new ByteReader(file.subarray(offset + size + 1, offset + size + BLOCK_TRAILER_BYTES)).fixed32();
  if (stored !== maskedCrc32c(file.subarray(offset, offset + size + 1))) {
    throw new MalformedBytes(`the checksum of the block at ${offset} does not fit`);
  }
  if (compression !== 0) {
    throw new MalformedBytes(
      `the block at ${offset} is compressed (type ${compression ?? -1}), which Thaw does not read`,
    );
  }
  return file.subarray(offset, offset + size);
}

/** The entries of a block; each key shares its start with the one before. */
function* blockEntries(bytes: Uint8Array): Generator<{ readonly key: Uint8Array; readonly value: Uint8Array }> {
  if (bytes.length < 4) throw new MalformedBytes(`a block has ${bytes.length} bytes`);
  const restarts = new ByteReader(bytes.subarray(bytes.length - 4)).fixed32();
  const end = bytes.length - 4 - 4 * restarts;
  if (end < 0) throw new MalformedBytes(`a block of ${bytes.length} bytes claims ${restarts} restarts`);
  const reader = new ByteReader(bytes.subarray(0, end));
  let key = new Uint8Array(0);
  while (reader.remaining > 0) {
    const shared = reader.varint();
    const added = reader.varint();
    const valueLength = reader.varint();
    if (shared > key.length) throw new MalformedBytes(`a key shares ${shared} bytes with one of ${key.length}`);
    const tail = reader.take(added);
    const next = new Uint8Array(shared + added);
    next.set(key.subarray(0, shared));
    next.set(tail, shared);
    key = next;
    yield { key, value: reader.take(valueLength) };
  }
}

/**
 * The entries of a leveldb table in key order, keys as UTF-8
 * (https://github.com/google/leveldb/blob/main/doc/table_format.md).
 *
 * @throws MalformedBytes for anything that is no such table, or a damaged or compressed one
 */
export function readSortedStringTable(file: Uint8Array): Map<string, Uint8Array> {
  if (file.length < FOOTER_BYTES || !endsAsTable(file)) throw new MalformedBytes('the footer of a table is missing');
  const footer = new ByteReader(file.subarray(file.length - FOOTER_BYTES));
  blockHandle(footer);
  const decoder = new TextDecoder();
  const entries = new Map<string, Uint8Array>();
  // No byte belongs to two blocks, so that a table's work stays in proportion to its size.
  let previousEnd = 0;
  for (const { value } of blockEntries(block(file, blockHandle(footer)))) {
    const handle = blockHandle(new ByteReader(value));
    if (handle.offset < previousEnd) throw new MalformedBytes(`the block at ${handle.offset} overlaps the one before`);
    previousEnd = handle.offset + handle.size;
    for (const entry of blockEntries(block(file, handle))) entries.set(decoder.decode(entry.key), entry.value);
  }
  return entries;
}

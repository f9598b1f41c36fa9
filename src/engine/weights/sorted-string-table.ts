import { ByteReader, MalformedBytes } from './byte-reader.ts';
import { maskedCrc32c } from './crc32c.ts';

const FOOTER_BYTES = 48;
/** The last eight bytes of every table. */
const MAGIC = Uint8Array.of(0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb);
const BLOCK_TRAILER_BYTES = 5;
/** Keys are names of tensors. What they share with one another takes no room in the file, so nothing else bounds it. */
const LARGEST_KEY_BYTES = 64 << 10;
const MOST_KEY_BYTES = 64 << 20;

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

/** Where the bytes of a table are read from, which may be larger than memory. */
export interface TableSource {
  readonly bytes: number;
  /** A copy, or a view of bytes in memory. */
  read(offset: number, length: number): Uint8Array;
}

/** A table in memory. */
export function inMemory(table: Uint8Array): TableSource {
  return { bytes: table.length, read: (offset, length) => table.subarray(offset, offset + length) };
}

/** A block's bytes, its checksum verified. */
function block(source: TableSource, { offset, size }: BlockHandle): Uint8Array {
  if (offset + size + BLOCK_TRAILER_BYTES > source.bytes) {
    throw new MalformedBytes(`a block of ${size} bytes is announced at ${offset} of ${source.bytes}`);
  }
  const bytes = source.read(offset, size + BLOCK_TRAILER_BYTES);
  const compression = bytes[size];
  const stored = new ByteReader(bytes.subarray(size + 1)).fixed32();
  if (stored !== maskedCrc32c(bytes.subarray(0, size + 1))) {
    throw new MalformedBytes(`the checksum of the block at ${offset} does not fit`);
  }
  if (compression !== 0) {
    throw new MalformedBytes(
      `the block at ${offset} is compressed (type ${compression ?? -1}), which Thaw does not read`,
    );
  }
  return bytes.subarray(0, size);
}

/**
 * The entries of a block; each key shares its start with the one before.
 *
 * @param keys counts the bytes of the keys of all blocks that are read
 */
function* blockEntries(bytes: Uint8Array, keys: { bytes: number }): Generator<TableEntry> {
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
    if (shared + added > LARGEST_KEY_BYTES) throw new MalformedBytes(`a key has ${shared + added} bytes`);
    keys.bytes += shared + added;
    if (keys.bytes > MOST_KEY_BYTES) throw new MalformedBytes(`its keys have more than ${MOST_KEY_BYTES} bytes`);
    const next = new Uint8Array(shared + added);
    next.set(key.subarray(0, shared));
    next.set(tail, shared);
    key = next;
    yield { key, value: reader.take(valueLength) };
  }
}

/** An entry of a table; keys are bytes, as slices of tensors have them. */
export interface TableEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

interface IndexedBlock extends BlockHandle {
  /** No key in the block is greater. */
  readonly last: Uint8Array;
}

/**
 * A leveldb table: blocks of entries in the order of their keys, and an index of the blocks
 * (https://github.com/google/leveldb/blob/main/doc/table_format.md). Only the index is read at once.
 */
export class SortedStringTable {
  readonly #source: TableSource;
  readonly #blocks: readonly IndexedBlock[];

  /** @throws MalformedBytes for anything that is no such table, or a damaged or compressed one */
  constructor(source: TableSource) {
    this.#source = source;
    const tail = source.bytes < FOOTER_BYTES ? null : source.read(source.bytes - FOOTER_BYTES, FOOTER_BYTES);
    if (tail === null || !endsAsTable(tail)) throw new MalformedBytes('the footer of a table is missing');
    const footer = new ByteReader(tail);
    blockHandle(footer);
    const blocks: IndexedBlock[] = [];
    // No byte belongs to two blocks, so that a table's work stays in proportion to its size.
    let previousEnd = 0;
    for (const { key, value } of blockEntries(block(source, blockHandle(footer)), { bytes: 0 })) {
      const handle = blockHandle(new ByteReader(value));
      if (handle.offset < previousEnd) {
        throw new MalformedBytes(`the block at ${handle.offset} overlaps the one before`);
      }
      previousEnd = handle.offset + handle.size;
      blocks.push({ ...handle, last: key });
    }
    this.#blocks = blocks;
  }

  /**
   * The entries in key order, the first of them in the block that holds `from` or what comes after it.
   *
   * @throws MalformedBytes for a damaged or compressed block
   */
  *entries(from: Uint8Array = new Uint8Array(0)): Generator<TableEntry> {
    const keys = { bytes: 0 };
    for (const indexed of this.#blocks) {
      if (Buffer.compare(indexed.last, from) < 0) continue;
      yield* blockEntries(block(this.#source, indexed), keys);
    }
  }
}

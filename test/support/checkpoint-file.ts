import { writeFileSync } from 'node:fs';
import { maskedCrc32c } from '../../src/engine/weights/crc32c.ts';

/** One tensor of a checkpoint to be written; what is left out is what a right one has. */
export interface CheckpointTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
  readonly crc32c?: number;
  readonly size?: number;
  readonly offset?: number;
  readonly shard?: number;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 128);
  }
}

function numberField(number: number, value: number): Buffer {
  return Buffer.concat([varint(number * 8), varint(value)]);
}

function bytesField(number: number, value: Buffer): Buffer {
  return Buffer.concat([varint(number * 8 + 2), varint(value.length), value]);
}

function fixed32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function block(entries: readonly (readonly [string | Uint8Array, Uint8Array])[]): Buffer {
  let previous: Uint8Array = Buffer.alloc(0);
  const parts = entries.map(([text, value]) => {
    const key = typeof text === 'string' ? Buffer.from(text) : text;
    let shared = 0;
    while (shared < Math.min(key.length, previous.length) && key[shared] === previous[shared]) shared += 1;
    previous = key;
    return Buffer.concat([
      varint(shared),
      varint(key.length - shared),
      varint(value.length),
      key.subarray(shared),
      value,
    ]);
  });
  return Buffer.concat([...parts, fixed32(0), fixed32(1)]);
}

/** A leveldb table of one data block. */
export function sortedStringTable(
  entries: readonly (readonly [string | Uint8Array, Uint8Array])[],
  compression = 0,
): Buffer {
  const parts: Buffer[] = [];
  const append = (content: Buffer, type: number): Buffer => {
    const offset = parts.reduce((sum, part) => sum + part.length, 0);
    const typed = Buffer.concat([content, Buffer.from([type])]);
    parts.push(typed, fixed32(maskedCrc32c(typed)));
    return Buffer.concat([varint(offset), varint(content.length)]);
  };
  const data = append(block(entries), compression);
  const meta = append(block([]), 0);
  const index = append(block([['~', data]]), 0);
  const handles = Buffer.concat([meta, index]);
  const magic = Buffer.from('57fb808b247547db', 'hex');
  return Buffer.concat([...parts, handles, Buffer.alloc(40 - handles.length), magic]);
}

/** Writes a TensorFlow checkpoint of the V2 format with one data file. */
export function writeCheckpointFile(
  prefix: string,
  tensors: readonly CheckpointTensor[],
  header: { readonly shards?: number; readonly endianness?: number; readonly compression?: number } = {},
): void {
  let offset = 0;
  const parts: Buffer[] = [];
  const entries = [...tensors]
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .map((tensor): readonly [string, Buffer] => {
      const bytes = Buffer.from(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
      const shape = Buffer.concat(tensor.shape.map((size) => bytesField(2, numberField(1, size))));
      const entry = Buffer.concat([
        numberField(1, tensor.data instanceof Float32Array ? 1 : 9),
        bytesField(2, shape),
        numberField(3, tensor.shard ?? 0),
        numberField(4, tensor.offset ?? offset),
        numberField(5, tensor.size ?? bytes.length),
        Buffer.concat([varint(6 * 8 + 5), fixed32(tensor.crc32c ?? maskedCrc32c(bytes))]),
      ]);
      parts.push(bytes);
      offset += bytes.length;
      return [tensor.name, entry];
    });
  const headerMessage = Buffer.concat([numberField(1, header.shards ?? 1), numberField(2, header.endianness ?? 0)]);
  writeFileSync(`${prefix}.index`, sortedStringTable([['', headerMessage], ...entries], header.compression));
  writeFileSync(`${prefix}.data-00000-of-00001`, Buffer.concat(parts));
}

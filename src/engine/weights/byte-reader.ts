/** Reading past the end, or a number that no file of this kind holds; the caller knows the file and says so. */
export class MalformedBytes extends Error {}

/** Reads little-endian numbers and protobuf's varints from bytes, never past their end. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.#bytes.length - this.#position;
  }

  #advance(count: number): number {
    if (count > this.remaining)
      throw new MalformedBytes(`${count} bytes are announced where ${this.remaining} are left`);
    const start = this.#position;
    this.#position += count;
    return start;
  }

  /** A view of the next bytes, not a copy. */
  take(count: number): Uint8Array {
    const start = this.#advance(count);
    return this.#bytes.subarray(start, start + count);
  }

  byte(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  fixed32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  /** An unsigned varint; numbers that JavaScript cannot hold exactly are malformed: no size or count is so large. */
  varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const next = this.byte();
      value += (next & 127) * factor;
      if (!Number.isSafeInteger(value)) throw new MalformedBytes('a number is larger than any size');
      if (next < 128) return value;
    }
  }

  /** A varint as protobuf writes whole numbers that may be negative: those in 64 bits of two's complement. */
  signedVarint(): number {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const next = this.byte();
      value |= BigInt(next & 127) << shift;
      if (next < 128) return Number(BigInt.asIntN(64, value));
    }
    throw new MalformedBytes('a number has more than ten bytes');
  }
}

/** One field of a protobuf message: a number for varints and 32-bit fields, bytes for what has a length. */
export type ProtobufField =
  | { readonly number: number; readonly kind: 'number'; readonly value: number }
  | { readonly number: number; readonly kind: 'bytes'; readonly value: Uint8Array };

/**
 * The fields of a protobuf message in the order in which they are written
 * (https://protobuf.dev/programming-guides/encoding/). 64-bit fixed fields are left out.
 *
 * @throws MalformedBytes
 */
export function* protobufFields(message: Uint8Array): Generator<ProtobufField> {
  const reader = new ByteReader(message);
  while (reader.remaining > 0) {
    const tag = reader.varint();
    const number = Math.floor(tag / 8);
    const wireType = tag % 8;
    if (wireType === 0) yield { number, kind: 'number', value: reader.varint() };
    else if (wireType === 1) reader.take(8);
    else if (wireType === 2) yield { number, kind: 'bytes', value: reader.take(reader.varint()) };
    else if (wireType === 5) yield { number, kind: 'number', value: reader.fixed32() };
    else throw new MalformedBytes(`a protobuf field has the wire type ${wireType}`);
  }
}

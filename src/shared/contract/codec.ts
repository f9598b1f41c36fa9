import { decode, encode, ExtensionCodec } from '@msgpack/msgpack';

/** The largest message that a client may send: one uploaded file, and what a message has beside it. */
export const LARGEST_MESSAGE_BYTES = 65 * 1024 ** 2;

/** Deeper values than any schema of the contract has are not built. */
const DEEPEST = 64;
const MOST_ENTRIES = 10_000_000;

const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

type TypedArray =
  | Int8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

interface TypedArrayKind {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer): TypedArray;
}

/** Application types of MessagePack's extension format. `Uint8Array` is its own `bin`. */
const KINDS: readonly (readonly [number, TypedArrayKind])[] = [
  [1, Int8Array],
  [2, Int16Array],
  [3, Uint16Array],
  [4, Int32Array],
  [5, Uint32Array],
  [6, Float32Array],
  [7, Float64Array],
  [8, BigInt64Array],
  [9, BigUint64Array],
];

const extensionCodec = new ExtensionCodec();
for (const [type, Kind] of KINDS) {
  extensionCodec.register({
    type,
    encode: (value) =>
      value instanceof Kind ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : null,
    decode: (data) => {
      if (!littleEndian || data.byteLength % Kind.BYTES_PER_ELEMENT !== 0) {
        throw new RangeError(
          `An array of ${Kind.BYTES_PER_ELEMENT}-byte numbers cannot have ${data.byteLength} bytes.`,
        );
      }
      // A copy of its own begins where such numbers may begin, and does not hold the whole message in memory.
      return new Kind(data.slice().buffer);
    },
  });
}

const encoding = { extensionCodec, ignoreUndefined: true, maxDepth: DEEPEST };
const decoding = {
  extensionCodec,
  maxArrayLength: MOST_ENTRIES,
  maxMapLength: MOST_ENTRIES,
};

/**
 * A value of the contract as MessagePack, typed arrays with their element type (little-endian). Absent and `undefined`
 * fields are the same.
 *
 * @see https://github.com/msgpack/msgpack/blob/master/spec.md
 */
export function encodeMessage(message: unknown): Uint8Array<ArrayBuffer> {
  return encode(message, encoding);
}

/** @throws Error for what is no MessagePack, or holds more than a message of the contract can */
export function decodeMessage(bytes: Uint8Array): unknown {
  return decode(bytes, decoding);
}

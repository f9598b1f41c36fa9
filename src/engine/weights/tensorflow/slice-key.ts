import type { TensorSlice } from './tensor-slice.ts';

/** Header bits of a signed number of so many bytes. */
const HEADERS = [0x80, 0xc0, 0xe0, 0xf0, 0xf8, 0xfc, 0xfe] as const;
/** Stands for a dimension of which the slice has all. */
const FULL = -1;

function countBytes(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [bytes.length, ...bytes];
}

function signedBytes(value: number): number[] {
  if (value >= -64 && value < 64) return [0x80 ^ (value & 0xff)];
  const bits = Math.floor(Math.log2(value)) + 1;
  const length = Math.floor(bits / 7) + 1;
  const bytes = countBytes(value).slice(1);
  while (bytes.length < length) bytes.unshift(0);
  bytes[0] = (bytes[0] ?? 0) ^ (HEADERS[length - 1] ?? 0);
  return bytes;
}

/** A name as ordered code: its zeros and 255s escaped, then an end that no name contains. */
function nameBytes(name: string): number[] {
  const escaped = [...new TextEncoder().encode(name)].flatMap((byte) =>
    byte === 0 ? [0, 0xff] : byte === 0xff ? [0xff, 0] : [byte],
  );
  return [...escaped, 0, 1];
}

/**
 * The key under which TensorFlow keeps a slice of a tensor in a table, in an encoding that sorts as the numbers do
 * (https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/util/saved_tensor_slice_util.cc).
 */
export function sliceKey(name: string, slice: TensorSlice): Uint8Array {
  const extents = slice.flatMap((extent) => [extent?.start ?? 0, extent?.length ?? FULL]);
  return Uint8Array.from([0, ...nameBytes(name), ...countBytes(slice.length), ...extents.flatMap(signedBytes)]);
}

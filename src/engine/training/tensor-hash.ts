import { createHash } from 'node:crypto';

/** SHA-256, hex, of a tensor's float32 values in row-major order, little-endian as they lie in memory and on disk. */
export function tensorHash(values: Float32Array): string {
  return createHash('sha256')
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest('hex');
}

import { KEPT_SIDE, type Fingerprint } from './fingerprint.ts';

const HASH_BYTES = 8;
const BYTES = HASH_BYTES + 1 + KEPT_SIDE * KEPT_SIDE;

/** The hash in little-endian, whether it is flat, the brightness. */
export function packFingerprint({ hash, flat, brightness }: Fingerprint): Uint8Array {
  const packed = new Uint8Array(BYTES);
  const view = new DataView(packed.buffer);
  view.setUint32(0, hash[0], true);
  view.setUint32(4, hash[1], true);
  packed[HASH_BYTES] = flat ? 1 : 0;
  packed.set(brightness, HASH_BYTES + 1);
  return packed;
}

/** null for bytes that are none. */
export function unpackFingerprint(packed: Uint8Array): Fingerprint | null {
  if (packed.length !== BYTES) return null;
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  return {
    hash: [view.getUint32(0, true), view.getUint32(4, true)],
    flat: packed[HASH_BYTES] === 1,
    brightness: packed.slice(HASH_BYTES + 1),
  };
}

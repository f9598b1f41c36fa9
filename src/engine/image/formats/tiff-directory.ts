/** A TIFF's first directory. */
export interface TiffDirectory {
  /** Whole numbers without sign, of the tags of `TIFF_TAG` alone. */
  readonly numbers: ReadonlyMap<number, Uint32Array>;
  /** Whether all that the directory names lies within the file. */
  readonly complete: boolean;
}

export const TIFF_TAG = {
  compression: 259,
  stripOffsets: 273,
  stripBytes: 279,
  tileOffsets: 324,
  tileBytes: 325,
  jpegOffset: 513,
  jpegBytes: 514,
} as const;

/** Bytes of a value of each type, from BYTE to DOUBLE. */
const TYPE_BYTES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8] as const;
/** BYTE, SHORT, LONG. */
const NUMBER_TYPES: readonly number[] = [1, 3, 4];
const READ_TAGS: ReadonlySet<number> = new Set(Object.values(TIFF_TAG));
/** A directory of an image has some dozens. */
const MOST_ENTRIES = 1024;
/** Of all entries together, which may name the same bytes; a large image has some thousand strips or tiles. */
const MOST_NUMBERS = 2 ** 20;

/**
 * Reads the first directory of a TIFF (TIFF 6.0, section 2). Values that lie outside of the file are left out, so are more
 * than any image needs, and of a tag that is there twice the second.
 *
 * @param file all of the file
 * @returns null where the directory itself lies outside of it, or the file is a BigTIFF
 */
export function tiffDirectory(file: Uint8Array): TiffDirectory | null {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < 8) return null;
  const little = file[0] === 0x49;
  if (view.getUint16(2, little) !== 42) return null;
  const start = view.getUint32(4, little);
  if (start + 2 > file.length) return null;
  const entries = Math.min(view.getUint16(start, little), MOST_ENTRIES);
  const numbers = new Map<number, Uint32Array>();
  let complete = true;
  let left = MOST_NUMBERS;
  for (let entry = 0, at = start + 2; entry < entries; entry += 1, at += 12) {
    if (at + 12 > file.length) return null;
    const tag = view.getUint16(at, little);
    const type = view.getUint16(at + 2, little);
    const bytes = TYPE_BYTES[type] ?? 0;
    const count = view.getUint32(at + 4, little);
    const values = count * bytes <= 4 ? at + 8 : view.getUint32(at + 8, little);
    if (values + count * bytes > file.length) complete = false;
    else if (READ_TAGS.has(tag) && !numbers.has(tag) && NUMBER_TYPES.includes(type) && count <= left) {
      const numberAt = (place: number): number => {
        if (bytes === 1) return view.getUint8(place);
        return bytes === 2 ? view.getUint16(place, little) : view.getUint32(place, little);
      };
      const found = new Uint32Array(count);
      for (let index = 0; index < count; index += 1) found[index] = numberAt(values + index * bytes);
      numbers.set(tag, found);
      left -= count;
    }
  }
  return { numbers, complete };
}

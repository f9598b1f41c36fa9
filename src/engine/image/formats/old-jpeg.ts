import { TIFF_TAG, tiffDirectory } from './tiff-directory.ts';

/** "Old-style" JPEG (TIFF 6.0, section 22), which only old scanners wrote. */
export const OLD_JPEG = 6;

/**
 * The JPEG that is the picture of a TIFF of the old style, where it stands in the file as one piece; libtiff as sharp brings
 * it reads none of that style.
 *
 * @param tiff all of the file
 * @returns null for any other TIFF
 */
export function embeddedJpeg(tiff: Uint8Array): Uint8Array | null {
  const numbers = tiffDirectory(tiff)?.numbers;
  if (numbers?.get(TIFF_TAG.compression)?.[0] !== OLD_JPEG) return null;
  const [start] = numbers.get(TIFF_TAG.jpegOffset) ?? [];
  const [length] = numbers.get(TIFF_TAG.jpegBytes) ?? [];
  if (start === undefined || length === undefined || start + length > tiff.length) return null;
  const jpeg = tiff.subarray(start, start + length);
  return jpeg[0] === 0xff && jpeg[1] === 0xd8 ? jpeg : null;
}

/** Pixels of images that show nothing, uint8 [batch, height, width, 3], the same each time. */
export function noisePixels(
  batch: number,
  { height, width }: { readonly height: number; readonly width: number },
): Uint8Array {
  return Uint8Array.from({ length: batch * height * width * 3 }, (_, index) => Math.imul(index, 2654435761) >>> 24);
}

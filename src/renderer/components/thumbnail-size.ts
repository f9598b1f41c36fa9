const STEP = 64;
/** A photo of 4:3 that fills a square has a longer side of this many times the square's. */
const CROPPED = 4 / 3;
const SMALLEST = 64;
const LARGEST = 1024;

/**
 * The longer side to ask for, in pixels, so that a picture which fills the box is sharp there. Few sizes, so that
 * pictures kept for one box serve the next.
 */
export function thumbnailSize(box: number, devicePixelRatio: number): number {
  const wished = Math.ceil((box * Math.min(devicePixelRatio, 2) * CROPPED) / STEP) * STEP;
  return Math.min(LARGEST, Math.max(SMALLEST, wished));
}

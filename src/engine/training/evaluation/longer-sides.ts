import path from 'node:path';
import { withIndex } from '../../dataset/index/index-if-any.ts';
import { storedMeasures } from '../../dataset/index/image-measures.ts';
import { toSharp, withOwnFormats } from '../../image/to-sharp.ts';
import type { ImagesToEvaluate } from './chosen-for-evaluation.ts';

/** Headers are read by threads: enough that they always have one to read. */
const AT_ONCE = 16;

/** Of a file's header alone; 0 where that says none. */
async function longerSide(file: string): Promise<number> {
  try {
    const { width, height } = await withOwnFormats(file, (input) => toSharp(input).metadata());
    return Math.max(width, height);
  } catch {
    // Whether it is an image is found out where it is decoded.
    return 0;
  }
}

/**
 * The longer side of each image, in pixels: from the index where it was measured before, else from its header.
 *
 * @param home THAW_HOME
 * @returns [images]; 0 where nothing says it
 * @throws the signal's reason
 */
export async function longerSides(
  { root, images }: Pick<ImagesToEvaluate, 'root' | 'images'>,
  home: string | undefined,
  signal: AbortSignal,
): Promise<Int32Array> {
  const hashes = images.map(({ contentHash }) => contentHash);
  const seen = await withIndex(home, async (index) => (index ? storedMeasures(index, hashes, signal) : null));
  const sides = Int32Array.from(hashes, (contentHash) => {
    const measured = seen?.get(contentHash)?.measured;
    return measured?.kind === 'measures' ? Math.max(measured.measures.width, measured.measures.height) : 0;
  });
  let next = 0;
  const reader = async (): Promise<void> => {
    for (let place = next++; place < images.length; place = next++) {
      signal.throwIfAborted();
      if (sides[place] === 0) sides[place] = await longerSide(path.join(root, images[place]?.path ?? ''));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, reader));
  return sides;
}

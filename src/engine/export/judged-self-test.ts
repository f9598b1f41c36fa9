import type { ExportSelfTest, ModelFormat } from '../../shared/contract/model-export.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { DRAWN_IMAGES, type TestImages } from './reference-images.ts';

function largestDifference(found: Float32Array, expected: Float32Array): number {
  if (found.length !== expected.length) return Infinity;
  return expected.reduce((largest, value, index) => {
    const difference = Math.abs(value - (found[index] ?? NaN));
    return difference <= largest ? largest : Number.isNaN(difference) ? Infinity : difference;
  }, 0);
}

/**
 * What a runtime made of the test images, against what Thaw does.
 *
 * @param allowed how far a probability may lie from Thaw's
 * @throws ThawError `export.differs` above the largest difference that is allowed, and for what is no number
 */
export function judgedSelfTest(
  format: ModelFormat,
  { references }: Pick<TestImages, 'references'>,
  { runtime, probabilities }: { readonly runtime: string; readonly probabilities: Float32Array | null },
  expected: Float32Array,
  allowed: number,
): ExportSelfTest {
  const difference = probabilities && largestDifference(probabilities, expected);
  if (difference !== null && difference > allowed) {
    throw new ThawError(
      'export.differs',
      `An exported model predicts what Thaw does, within ${allowed}; as '${format}' it differs by ${difference} in ${runtime}. Nothing was kept of it.`,
      'This is a defect of Thaw: report it with the name of the network. Another format may serve meanwhile.',
    );
  }
  return { runtime, references, drawn: DRAWN_IMAGES, difference, allowed };
}

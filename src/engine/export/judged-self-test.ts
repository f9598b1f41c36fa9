import { LARGEST_DIFFERENCE, type ExportSelfTest, type ModelFormat } from '../../shared/contract/model-export.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { SelfTest } from './export-format.ts';
import { DRAWN_IMAGES, type TestImages } from './reference-images.ts';

function largestDifference(found: Float32Array, expected: Float32Array): number {
  if (found.length !== expected.length) return Infinity;
  return expected.reduce((largest, value, index) => {
    const difference = Math.abs(value - (found[index] ?? NaN));
    return difference <= largest ? largest : Number.isNaN(difference) ? Infinity : difference;
  }, 0);
}

/** What predicts the same of all images agrees with much that is wrong: a hundredth is far beyond what runtimes differ by. */
const LEAST_SPREAD = 0.01;

/**
 * Whether a model predicts of some images otherwise than of others.
 *
 * @param probabilities float32 [images, classes]
 */
export function tellsApart(probabilities: Float32Array, classes: number): boolean {
  return probabilities.some(
    (value, index) => Math.abs(value - (probabilities[index % classes] ?? NaN)) >= LEAST_SPREAD,
  );
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
  { runtime, probabilities, further = [] }: SelfTest,
  expected: Float32Array,
  allowed: number,
): ExportSelfTest {
  const difference =
    probabilities &&
    Math.max(
      largestDifference(probabilities, expected),
      ...further.map((found) => largestDifference(found, expected.subarray(-found.length))),
    );
  if (difference !== null && difference > allowed) {
    throw new ThawError(
      'export.differs',
      `An exported model predicts what Thaw does, within ${allowed}; as '${format}' it differs by ${difference} in ${runtime}. Nothing was kept of it.`,
      allowed > LARGEST_DIFFERENCE
        ? 'This network does not bear so few digits: export it with weights of float16, or of float32.'
        : 'This is a defect of Thaw: report it with the name of the network. Another format may serve meanwhile.',
    );
  }
  return { runtime, references, drawn: DRAWN_IMAGES, difference, allowed };
}

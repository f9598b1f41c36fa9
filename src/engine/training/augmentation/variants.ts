import type { AugmentationPlan } from '../../../shared/contract/augmentation.ts';
import type { Preprocessing } from '../../network/preprocessing.ts';
import type { BatchRows } from '../epoch-order.ts';
import type { AugmentedVariant } from '../features.ts';
import { chanceFor } from './chance.ts';
import { drawAugmentation } from './draw.ts';

/** Raised when the same plan would give other variants than before: part of every key. */
const VARIANTS_VERSION = 1;

/** The beginning of a SHA-256 in hex, as numbers. */
function numbersOf(contentHash: string): readonly number[] {
  return [0, 8, 16, 24].map((start) => Number.parseInt(contentHash.slice(start, start + 8), 16));
}

/**
 * One of the variants that are kept of each training image: what chance makes of it depends on its content, the number of
 * the variant and the plan alone, so that every run with this augmentation finds it in the cache.
 */
export function augmentedVariant(options: {
  readonly augmentation: AugmentationPlan;
  readonly variant: number;
  readonly canvas: Preprocessing;
  readonly preprocessing: Preprocessing;
}): AugmentedVariant {
  const { augmentation, variant, canvas, preprocessing } = options;
  return {
    canvas,
    // How many there are is no part of what one of them is.
    key: { version: VARIANTS_VERSION, variant, canvas, ...augmentation, variants: undefined },
    feeds: (images) =>
      drawAugmentation(
        augmentation,
        images.map(({ contentHash, aspectRatio }) => ({ seeds: [variant, ...numbersOf(contentHash)], aspectRatio })),
        { canvas, input: preprocessing },
      ),
  };
}

/** Which variant of each image of a batch an epoch takes: by chance, from seed, epoch and image alone. */
export function chooseVariants(count: number, seed: number, epoch: number, { rows, repeats }: BatchRows): Int32Array {
  return rows.map((row, index) => Math.floor(count * chanceFor([seed, epoch, row, repeats[index] ?? 0], 'variant')()));
}

import type { AugmentationPlan } from '../../../shared/contract/augmentation.ts';
import type { Preprocessing } from '../../network/preprocessing.ts';

/** A canvas is this much larger than the network's input, so that a small part of it is still sharp. */
const CANVAS_SCALE = 1.5;

/** Why features cannot be computed once per image; null where augmentation does not forbid it. */
export function cachingForbiddenBy(augmentation: AugmentationPlan | null): string | null {
  return augmentation === null || augmentation.variants > 0 ? null : 'augmentation changes each image at each epoch';
}

/** What is told of variants that nothing is computed of. @param cut of the freeze plan */
export function variantsWarning(augmentation: AugmentationPlan | null, cut: readonly string[]): string | null {
  if (!augmentation || augmentation.variants === 0 || cut.length > 0) return null;
  return 'No layer below those that train is frozen: no variants are computed once, and images are augmented anew at every step.';
}

/**
 * What training images are brought to, for augmentation to look them up in: the network's own crop, or, where parts are cut
 * by chance, the whole image, stretched.
 */
export function canvasPreprocessing(augmentation: AugmentationPlan, preprocessing: Preprocessing): Preprocessing {
  if (!augmentation.randomResizedCrop) return preprocessing;
  const { height, width } = preprocessing;
  return {
    ...preprocessing,
    resize: 'stretch',
    height: Math.round(height * CANVAS_SCALE),
    width: Math.round(width * CANVAS_SCALE),
  };
}

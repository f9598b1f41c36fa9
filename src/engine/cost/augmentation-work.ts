import type { AugmentationPlan } from '../../shared/contract/augmentation.ts';
import { moved, WorkSum, type Work } from './work.ts';

/** Bytes become floats. */
const CAST_PASSES = 1;
/** Four neighbours of each place are looked up and mixed. */
const LOOKUP = { passes: 6, operations: 4 } as const;
/** A mixture with grey: the grey itself, three products, two sums, and two bounds. */
const MIXTURE = { passes: 8, operations: 14 } as const;
/** To hue and back, which weighs as much as five passes each, and nine operations between. */
const HUE = { passes: 19, operations: 14 } as const;
const GREYSCALE = { passes: 5, operations: 8 } as const;
/** Boxes become masks, which mix. */
const BOXES = { passes: 6, operations: 14 } as const;
const BLUR_OPERATIONS = 10;

/**
 * What augmentation does to one image in a step.
 *
 * @param bytes of the network's input for one image, as floats
 * @param batch images at once
 */
export function augmentationWork(plan: AugmentationPlan, bytes: number, batch: number): Work {
  const sum = new WorkSum();
  const add = (passes: number, operations: number): WorkSum => sum.add(moved(2 * passes * bytes, operations, 0, batch));
  const { randomResizedCrop, horizontalFlip, verticalFlip, rotation, translation, shear, zoom } = plan;
  const looksUp = [rotation, translation, shear, zoom].some((amount) => amount > 0);
  add(CAST_PASSES, 1);
  if (looksUp || randomResizedCrop || horizontalFlip || verticalFlip) add(LOOKUP.passes, LOOKUP.operations);
  const mixtures = [plan.brightness, plan.contrast, plan.saturation].filter((amount) => amount > 0).length;
  // Where the hue turns, mixtures stand before it and after it.
  const done = plan.hue > 0 ? 2 * mixtures : mixtures;
  add(done * MIXTURE.passes, done * MIXTURE.operations);
  if (plan.hue > 0) add(HUE.passes, HUE.operations);
  if (plan.greyscale > 0) add(GREYSCALE.passes, GREYSCALE.operations);
  if (plan.erasing) add(BOXES.passes, BOXES.operations);
  if (plan.mixup > 0 || plan.cutmix > 0) add(BOXES.passes, BOXES.operations);
  if (!plan.blur) return sum.work;
  // A kernel along each side, of three standard deviations to either hand.
  const taps = 2 * (2 * Math.ceil(3 * plan.blur.largestSigma) + 1);
  return add(taps, BLUR_OPERATIONS).work;
}

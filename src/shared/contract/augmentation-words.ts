import type { AugmentationPlan } from './augmentation.ts';

const rounded = (value: number): string => String(Number(value.toFixed(3)));
const around = (value: number): string => `± ${rounded(value)}`;
const often = (probability: number): string => `${rounded(100 * probability)} % of the time`;

/** What is done to training images, for people; what is not done is left out. */
export function augmentationWords(plan: AugmentationPlan): string {
  const { randomResizedCrop: crop, blur, erasing } = plan;
  const parts: readonly (readonly [boolean, string])[] = [
    [
      crop !== null,
      crop
        ? `cut to ${rounded(crop.smallestArea)} to ${rounded(crop.largestArea)} of the area, ratio ${rounded(crop.smallestRatio)} to ${rounded(crop.largestRatio)}`
        : '',
    ],
    [plan.rotation > 0, `turned ${around(plan.rotation)}°`],
    [plan.translation > 0, `moved ${around(plan.translation)} of the size`],
    [plan.shear > 0, `sheared ${around(plan.shear)}°`],
    [plan.zoom > 0, `zoomed ${around(plan.zoom)}`],
    [plan.horizontalFlip, 'mirrored at random'],
    [plan.verticalFlip, 'upside down at random'],
    [plan.brightness > 0, `brightness ${around(plan.brightness)}`],
    [plan.contrast > 0, `contrast ${around(plan.contrast)}`],
    [plan.saturation > 0, `saturation ${around(plan.saturation)}`],
    [plan.hue > 0, `hue ${around(plan.hue)}`],
    [plan.greyscale > 0, `grey ${often(plan.greyscale)}`],
    [
      blur !== null,
      blur
        ? `blurred by ${rounded(blur.smallestSigma)} to ${rounded(blur.largestSigma)} pixels ${often(blur.probability)}`
        : '',
    ],
    [erasing !== null, erasing ? `a box erased ${often(erasing.probability)}` : ''],
    [plan.mixup > 0, `mixup ${rounded(plan.mixup)}`],
    [plan.cutmix > 0, `cutmix ${rounded(plan.cutmix)}`],
  ];
  const told = parts.flatMap(([is, words]) => (is ? [words] : [])).join(', ');
  if (plan.variants === 0) return told;
  return `${told}; ${plan.variants === 1 ? 'one variant' : `${plan.variants} variants`} of each image computed once`;
}

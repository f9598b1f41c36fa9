import { z } from 'zod';

const share = z.number().min(0).max(1);
const area = z.number().gt(0).max(1);
/** Width by height. */
const ratio = z.number().min(0.01).max(100);

export const FILLS = ['reflect', 'nearest', 'constant', 'wrap'] as const;

const randomResizedCrop = z.strictObject({
  smallestArea: area,
  largestArea: area,
  smallestRatio: ratio,
  largestRatio: ratio,
});

const blur = z.strictObject({
  probability: share,
  /** In pixels of the network's input. */
  smallestSigma: z.number().gt(0).max(10),
  largestSigma: z.number().gt(0).max(10),
});

const erasing = z.strictObject({
  probability: share,
  smallestArea: area,
  largestArea: area,
  smallestRatio: ratio,
  largestRatio: ratio,
});

/**
 * What is done to each training image anew at each epoch, in the order of the fields; it keeps features from being computed
 * once, unless variants are. 0, false and null leave an operation out. Meanings and names of the amounts are torchvision's
 * (`torchvision.transforms`): `RandomResizedCrop`, `RandomAffine`, `ColorJitter`, `GaussianBlur`, `RandomErasing`, and in
 * `torchvision.transforms.v2` `MixUp` and `CutMix`.
 */
export const augmentationPlan = z.strictObject({
  /**
   * A part of the image, chosen by chance, brought to the network's size: its area is a share of the image's, its aspect
   * ratio evenly in its logarithm between the two, 1 being the shape of the network's input. null takes the usual crop.
   */
  randomResizedCrop: randomResizedCrop.nullable(),
  /** Turned by so many degrees at most, either way. */
  rotation: z.number().min(0).max(180),
  /** Moved by this share of width and height at most, either way. */
  translation: share,
  /** Sheared along the rows by so many degrees at most, either way. */
  shear: z.number().min(0).max(80),
  /** Enlarged by a factor from 1 - zoom to 1 + zoom. */
  zoom: z.number().min(0).max(0.9),
  /** What lies around an image that was turned, moved, sheared or made smaller: its reflection, its rim, black, or itself. */
  fill: z.enum(FILLS),
  /** Mirrored left to right, every other time by chance. */
  horizontalFlip: z.boolean(),
  /** Mirrored top to bottom, every other time by chance. */
  verticalFlip: z.boolean(),
  /** Times a factor from 1 - brightness, or 0, to 1 + brightness; contrast and saturation alike. */
  brightness: z.number().min(0).max(10),
  /** Away from, or towards, the mean grey of the image. */
  contrast: z.number().min(0).max(10),
  /** Away from, or towards, each pixel's own grey. */
  saturation: z.number().min(0).max(10),
  /** Colours turned by this share of the whole circle at most, either way. */
  hue: z.number().min(0).max(0.5),
  /** How often an image loses its colours. */
  greyscale: share,
  blur: blur.nullable(),
  /** A box, chosen by chance, of the colour that is the network's zero. */
  erasing: erasing.nullable(),
  /** Each image with a share of another of its batch, drawn from Beta(mixup, mixup); labels are shared alike. */
  mixup: z.number().min(0).max(10),
  /** Each image with a box of another of its batch, its area drawn from Beta(cutmix, cutmix); labels are shared alike. */
  cutmix: z.number().min(0).max(10),
  /**
   * With a frozen prefix: so many augmented variants of each training image are computed once and cached, and each epoch
   * takes one of them by chance. 0 augments anew at every step, and nothing is computed once.
   */
  variants: z.int().min(0).max(100),
});
export type AugmentationPlan = z.infer<typeof augmentationPlan>;

/** What a caller may leave out is off, or as in torchvision. */
export const augmentationRequest = augmentationPlan
  .extend({
    randomResizedCrop: randomResizedCrop.partial().nullable(),
    blur: blur.partial().nullable(),
    erasing: erasing.partial().nullable(),
  })
  .partial();
export type AugmentationRequest = z.infer<typeof augmentationRequest>;

export const NO_AUGMENTATION: AugmentationPlan = {
  randomResizedCrop: null,
  rotation: 0,
  translation: 0,
  shear: 0,
  zoom: 0,
  fill: 'reflect',
  horizontalFlip: false,
  verticalFlip: false,
  brightness: 0,
  contrast: 0,
  saturation: 0,
  hue: 0,
  greyscale: 0,
  blur: null,
  erasing: null,
  mixup: 0,
  cutmix: 0,
  variants: 0,
};

/** torchvision's own where an operation is asked for without its figures. */
export const USUAL_CROP = { smallestArea: 0.08, largestArea: 1, smallestRatio: 3 / 4, largestRatio: 4 / 3 } as const;
export const USUAL_BLUR = { probability: 0.5, smallestSigma: 0.1, largestSigma: 2 } as const;
export const USUAL_ERASING = {
  probability: 0.5,
  smallestArea: 0.02,
  largestArea: 0.33,
  smallestRatio: 0.3,
  largestRatio: 3.3,
} as const;

export const AUGMENTATION_PRESETS = ['none', 'light', 'standard', 'strong'] as const;
export type AugmentationPreset = (typeof AUGMENTATION_PRESETS)[number];

/** Where to begin from: values that may each be changed. `standard` is the recipe that torchvision's ImageNet weights had. */
export const PRESET_VALUES: Readonly<Record<AugmentationPreset, AugmentationPlan>> = {
  none: NO_AUGMENTATION,
  light: {
    ...NO_AUGMENTATION,
    randomResizedCrop: { ...USUAL_CROP, smallestArea: 0.7 },
    horizontalFlip: true,
    brightness: 0.1,
    contrast: 0.1,
  },
  standard: { ...NO_AUGMENTATION, randomResizedCrop: USUAL_CROP, horizontalFlip: true },
  strong: {
    ...NO_AUGMENTATION,
    randomResizedCrop: USUAL_CROP,
    rotation: 15,
    horizontalFlip: true,
    brightness: 0.4,
    contrast: 0.4,
    saturation: 0.4,
    hue: 0.1,
    greyscale: 0.1,
    blur: { ...USUAL_BLUR, probability: 0.2 },
    erasing: { ...USUAL_ERASING, probability: 0.25 },
    mixup: 0.2,
    cutmix: 1,
  },
};

/** Whether anything at all is done to an image. */
export function changesImages(plan: AugmentationPlan): boolean {
  return Object.entries(plan).some(([name, value]) => name !== 'fill' && name !== 'variants' && Boolean(value));
}

/** Whether images and labels are mixed with others of their batch. */
export function mixesImages({ mixup, cutmix }: AugmentationPlan): boolean {
  return mixup > 0 || cutmix > 0;
}

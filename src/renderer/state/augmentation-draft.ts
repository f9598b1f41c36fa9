import {
  PRESET_VALUES,
  USUAL_BLUR,
  USUAL_CROP,
  USUAL_ERASING,
  type AugmentationPlan,
  type AugmentationPreset,
} from '../../shared/contract/augmentation.ts';
import type { NumberField } from './number-field.ts';

/** What is done to training images as it is chosen: a preset, and what differs from it; null leaves it to the preset. */
export interface AugmentationDraft {
  readonly augmentation: AugmentationPreset | null;
  readonly flips: boolean | null;
  readonly flipsVertically: boolean | null;
  readonly crops: boolean | null;
  readonly blurs: boolean | null;
  readonly erases: boolean | null;
  readonly fill: AugmentationPlan['fill'] | null;
}

export const EMPTY_AUGMENTATION: AugmentationDraft = {
  augmentation: null,
  flips: null,
  flipsVertically: null,
  crops: null,
  blurs: null,
  erases: null,
  fill: null,
};

/** Of the image: torchvision's own default crops as small as 0.08, which few photos bear. */
const OWN_CROP = { ...USUAL_CROP, smallestArea: 0.5 };

/** The figures of augmentation, and what is taken where nothing is typed. */
const USUAL = {
  smallestArea: ({ randomResizedCrop }) => (randomResizedCrop ?? OWN_CROP).smallestArea,
  largestArea: ({ randomResizedCrop }) => (randomResizedCrop ?? OWN_CROP).largestArea,
  smallestRatio: ({ randomResizedCrop }) => (randomResizedCrop ?? OWN_CROP).smallestRatio,
  largestRatio: ({ randomResizedCrop }) => (randomResizedCrop ?? OWN_CROP).largestRatio,
  rotation: ({ rotation }) => rotation,
  translation: ({ translation }) => translation,
  shear: ({ shear }) => shear,
  zoom: ({ zoom }) => zoom,
  brightness: ({ brightness }) => brightness,
  contrast: ({ contrast }) => contrast,
  saturation: ({ saturation }) => saturation,
  hue: ({ hue }) => hue,
  greyscale: ({ greyscale }) => greyscale,
  blurProbability: ({ blur }) => (blur ?? USUAL_BLUR).probability,
  smallestSigma: ({ blur }) => (blur ?? USUAL_BLUR).smallestSigma,
  largestSigma: ({ blur }) => (blur ?? USUAL_BLUR).largestSigma,
  erasingProbability: ({ erasing }) => (erasing ?? USUAL_ERASING).probability,
  smallestErased: ({ erasing }) => (erasing ?? USUAL_ERASING).smallestArea,
  largestErased: ({ erasing }) => (erasing ?? USUAL_ERASING).largestArea,
  mixup: ({ mixup }) => mixup,
  cutmix: ({ cutmix }) => cutmix,
  variants: ({ variants }) => variants,
} as const satisfies Readonly<Partial<Record<NumberField, (base: AugmentationPlan) => number>>>;
export type AugmentationField = keyof typeof USUAL;
export const AUGMENTATION_FIELDS = Object.keys(USUAL) as readonly AugmentationField[];

/** Nothing typed. */
export const NO_FIGURES = Object.fromEntries(AUGMENTATION_FIELDS.map((field) => [field, ''])) as Readonly<
  Record<AugmentationField, string>
>;

export const CROP_FIELDS = ['smallestArea', 'largestArea', 'smallestRatio', 'largestRatio'] as const;
export const BLUR_FIELDS = ['blurProbability', 'smallestSigma', 'largestSigma'] as const;
export const ERASING_FIELDS = ['erasingProbability', 'smallestErased', 'largestErased'] as const;

/** The preset's values. */
export function presetOf({ augmentation }: Pick<AugmentationDraft, 'augmentation'>): AugmentationPlan {
  return PRESET_VALUES[augmentation ?? 'none'];
}

/** What a figure is where nothing is typed. */
export function usualFigure(field: AugmentationField, draft: AugmentationDraft): number {
  return USUAL[field](presetOf(draft));
}

export const flips = (draft: AugmentationDraft): boolean => draft.flips ?? presetOf(draft).horizontalFlip;
export const flipsVertically = (draft: AugmentationDraft): boolean =>
  draft.flipsVertically ?? presetOf(draft).verticalFlip;
export const crops = (draft: AugmentationDraft): boolean => draft.crops ?? presetOf(draft).randomResizedCrop !== null;
export const blurs = (draft: AugmentationDraft): boolean => draft.blurs ?? presetOf(draft).blur !== null;
export const erases = (draft: AugmentationDraft): boolean => draft.erases ?? presetOf(draft).erasing !== null;

/** The choices of a draft that concern augmentation. */
export function augmentationOf(draft: AugmentationDraft): AugmentationDraft {
  const { augmentation, flips, flipsVertically, crops, blurs, erases, fill } = draft;
  return { augmentation, flips, flipsVertically, crops, blurs, erases, fill };
}

/**
 * What the engine is asked to do to training images; null for nothing, and undefined where nothing is said of it.
 *
 * @param figure what was typed, undefined where nothing was
 */
export function buildAugmentation<Figure>(
  draft: AugmentationDraft,
  figure: (field: AugmentationField) => Figure | undefined,
) {
  const isChosen = Object.values(augmentationOf(draft)).some((value) => value !== null);
  if (!isChosen && AUGMENTATION_FIELDS.every((field) => figure(field) === undefined)) return undefined;
  const base = presetOf(draft);
  const taken = (field: AugmentationField): Figure | number => figure(field) ?? usualFigure(field, draft);
  const amounts = {
    rotation: taken('rotation'),
    translation: taken('translation'),
    shear: taken('shear'),
    zoom: taken('zoom'),
    brightness: taken('brightness'),
    contrast: taken('contrast'),
    saturation: taken('saturation'),
    hue: taken('hue'),
    greyscale: taken('greyscale'),
    mixup: taken('mixup'),
    cutmix: taken('cutmix'),
  };
  const operations = {
    horizontalFlip: flips(draft),
    verticalFlip: flipsVertically(draft),
    randomResizedCrop: crops(draft)
      ? {
          smallestArea: taken('smallestArea'),
          largestArea: taken('largestArea'),
          smallestRatio: taken('smallestRatio'),
          largestRatio: taken('largestRatio'),
        }
      : null,
    blur: blurs(draft)
      ? {
          probability: taken('blurProbability'),
          smallestSigma: taken('smallestSigma'),
          largestSigma: taken('largestSigma'),
        }
      : null,
    erasing: erases(draft)
      ? {
          ...(base.erasing ?? USUAL_ERASING),
          probability: taken('erasingProbability'),
          smallestArea: taken('smallestErased'),
          largestArea: taken('largestErased'),
        }
      : null,
  };
  const changes = [...Object.values(amounts), ...Object.values(operations)].some(Boolean);
  if (!changes) return null;
  return { ...amounts, ...operations, fill: draft.fill ?? base.fill, variants: taken('variants') };
}

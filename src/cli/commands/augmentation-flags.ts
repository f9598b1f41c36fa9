import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  AUGMENTATION_PRESETS,
  FILLS,
  PRESET_VALUES,
  type AugmentationPlan,
  type AugmentationPreset,
  type AugmentationRequest,
} from '../../shared/contract/augmentation.ts';
import { decimalNumber, wholeNumber } from '../number-flag.ts';

export interface AugmentationFlags {
  readonly augment?: AugmentationPreset;
  readonly flip?: true;
  readonly verticalFlip?: true;
  /** The smallest area and, where it is not 1, the largest. */
  readonly randomCrop?: readonly number[];
  readonly cropRatio?: readonly number[];
  readonly rotate?: number;
  readonly translate?: number;
  readonly shear?: number;
  readonly zoom?: number;
  readonly fill?: AugmentationPlan['fill'];
  readonly brightness?: number;
  readonly contrast?: number;
  readonly saturation?: number;
  readonly hue?: number;
  readonly greyscale?: number;
  /** How often. */
  readonly blur?: number;
  readonly blurSigma?: readonly number[];
  readonly erase?: number;
  readonly mixup?: number;
  readonly cutmix?: number;
  readonly variants?: number;
}

/** Those that features, being computed once, take none of. */
export const AUGMENTATION_FLAGS = [
  'augment',
  'flip',
  'verticalFlip',
  'randomCrop',
  'cropRatio',
  'rotate',
  'translate',
  'shear',
  'zoom',
  'fill',
  'brightness',
  'contrast',
  'saturation',
  'hue',
  'greyscale',
  'blur',
  'blurSigma',
  'erase',
  'mixup',
  'cutmix',
  'variants',
] as const satisfies readonly (keyof AugmentationFlags)[];

type Range = Parameters<typeof decimalNumber>[0];

/** Parses `0.5`, or `0.5,1` from the smallest to the largest. */
function numbers(range: Range, counts: readonly number[]): (text: string) => readonly number[] {
  const one = decimalNumber(range);
  return (text) => {
    const found = text.split(',');
    if (!counts.includes(found.length)) {
      throw new InvalidArgumentError('It must be two numbers with a comma between, the smaller first.');
    }
    return found.map(one);
  };
}

const SHARE = { least: 0, most: 1 } as const;
const AREA = { least: 0, above: true, most: 1 } as const;

/** For a flag without a number: torchvision's own crops are as small as 0.08, which few photos bear. */
const SMALLEST_AREA = '0.5';
const USUAL_PROBABILITY = '0.5';
const USUAL_ALPHA = { mixup: '0.2', cutmix: '1' } as const;

/** Adds what is done to training images; the amounts are torchvision's. */
export function addAugmentationFlags(command: Command): void {
  const amount = (flags: string, description: string, range: Range): Option =>
    new Option(flags, description).argParser(decimalNumber(range));
  const often = (flags: string, description: string, preset: string, range: Range = SHARE): Option =>
    amount(flags, description, range).preset(preset);
  const options = [
    new Option(
      '--augment <preset>',
      'change training images at each epoch: none, light, standard (cut and mirrored, as for ImageNet) or strong; the flags below change its values',
    ).choices(AUGMENTATION_PRESETS),
    new Option('--flip', 'mirror training images left to right, every other time'),
    new Option('--vertical-flip', 'mirror them top to bottom, every other time'),
    new Option(
      '--random-crop [area]',
      'cut a part of chance size and shape out of each training image, of at least this share of its area, or of SMALLEST,LARGEST',
    )
      .preset(SMALLEST_AREA)
      .argParser(numbers(AREA, [1, 2])),
    new Option('--crop-ratio <from,to>', 'width by height of such parts (default: 0.75,1.333)').argParser(
      numbers({ least: 0.01, most: 100 }, [2]),
    ),
    amount('--rotate <degrees>', 'turn by so much at most, either way', { least: 0, most: 180 }),
    amount('--translate <share>', 'move by this share of width and height at most', SHARE),
    amount('--shear <degrees>', 'shear along the rows by so much at most', { least: 0, most: 80 }),
    amount('--zoom <share>', 'enlarge by a factor from 1 - share to 1 + share', { least: 0, most: 0.9 }),
    new Option('--fill <what>', 'what lies around an image that was turned or moved (default: reflect)').choices(FILLS),
    amount('--brightness <amount>', 'times a factor from 1 - amount to 1 + amount', { least: 0, most: 10 }),
    amount('--contrast <amount>', 'the same, around the mean grey', { least: 0, most: 10 }),
    amount('--saturation <amount>', "the same, around each pixel's grey", { least: 0, most: 10 }),
    amount('--hue <share>', 'turn colours by this share of the circle at most', { least: 0, most: 0.5 }),
    amount('--greyscale <probability>', 'take the colours away, so often', SHARE),
    often('--blur [probability]', 'blur, so often', USUAL_PROBABILITY),
    new Option('--blur-sigma <from,to>', 'how far, in pixels of the input (default: 0.1,2)').argParser(
      numbers({ least: 0, above: true, most: 10 }, [2]),
    ),
    often(
      '--erase [probability]',
      "fill a box of chance size with the network's mean colour, so often",
      USUAL_PROBABILITY,
    ),
    often('--mixup [alpha]', 'mix each image and its label with another, by Beta(alpha, alpha)', USUAL_ALPHA.mixup, {
      least: 0,
      most: 10,
    }),
    often(
      '--cutmix [alpha]',
      'put a box of another into each image, by Beta(alpha, alpha); its label is shared alike',
      USUAL_ALPHA.cutmix,
      { least: 0, most: 10 },
    ),
    new Option(
      '--variants <n>',
      'with a frozen prefix: compute so many augmented variants of each image once, and take one at each epoch (default: 0, anew at every step)',
    ).argParser(wholeNumber({ least: 0, most: 100 })),
  ];
  for (const option of options) command.addOption(option);
}

/** What the flags ask for; undefined where none was given. */
export function augmentationRequest(flags: AugmentationFlags): AugmentationRequest | undefined {
  if (AUGMENTATION_FLAGS.every((name) => flags[name] === undefined)) return undefined;
  const base = PRESET_VALUES[flags.augment ?? 'none'];
  const { randomCrop, cropRatio, blur, blurSigma, erase } = flags;
  const [smallestArea, largestArea] = randomCrop ?? [];
  const [smallestRatio, largestRatio] = cropRatio ?? [];
  const [smallestSigma, largestSigma] = blurSigma ?? [];
  const amounts: AugmentationRequest = {
    horizontalFlip: flags.flip,
    verticalFlip: flags.verticalFlip,
    rotation: flags.rotate,
    translation: flags.translate,
    shear: flags.shear,
    zoom: flags.zoom,
    fill: flags.fill,
    brightness: flags.brightness,
    contrast: flags.contrast,
    saturation: flags.saturation,
    hue: flags.hue,
    greyscale: flags.greyscale,
    mixup: flags.mixup,
    cutmix: flags.cutmix,
    variants: flags.variants,
    randomResizedCrop: (randomCrop ?? cropRatio) && {
      ...base.randomResizedCrop,
      ...given({ smallestArea, largestArea, smallestRatio, largestRatio }),
    },
    blur:
      blur === 0
        ? null
        : flagged(blur ?? blurSigma, { ...base.blur, ...given({ probability: blur, smallestSigma, largestSigma }) }),
    erasing: erase === 0 ? null : flagged(erase, { ...base.erasing, ...given({ probability: erase }) }),
  };
  return { ...base, ...given(amounts) };
}

function flagged<Value>(flag: unknown, value: Value): Value | undefined {
  return flag === undefined ? undefined : value;
}

function given<Fields extends object>(fields: Fields): { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Fields]?: Exclude<Fields[Name], undefined>;
  };
}

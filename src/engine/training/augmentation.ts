import type { AugmentationPlan } from '../../shared/contract/plan.ts';
import type { Preprocessing } from '../network/preprocessing.ts';
import { randomGenerator } from './random.ts';

/** Keeps these numbers apart from those that shuffle an epoch. */
const STREAM = 0x61756730;
/** A canvas is this much larger than the network's input, so that a small part of it is still sharp. */
const CANVAS_SCALE = 1.5;
const ASPECT_RATIOS = [3 / 4, 4 / 3] as const;
const ATTEMPTS = 10;
/** Rounding must not put a pixel outside of the image, where there is none: less than a hundredth of a pixel. */
const RIM = 1e-5;

/** Why features cannot be computed once per image; null where augmentation does not forbid it. */
export function cachingForbiddenBy(augmentation: AugmentationPlan | null): string | null {
  return augmentation === null ? null : 'augmentation changes each image at each epoch';
}

/**
 * What training images are brought to, for boxes to be cut from them: a mirrored image takes the network's own crop, and a
 * random crop the whole image, stretched.
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

/** A part of an image: where it begins and how large it is, each from 0 to 1 of the image's width or height. */
interface Part {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const WHOLE: Part = { left: 0, top: 0, width: 1, height: 1 };

/**
 * A part of chance area and shape, as torchvision's `RandomResizedCrop` draws it; where ten draws do not fit into the image,
 * its largest centred part of an allowed shape.
 *
 * @param uniform numbers in [0, 1)
 * @param aspectRatio width by height of the image
 * @param wanted width by height of what the part becomes: a part of its shape is not distorted
 */
function randomPart(uniform: () => number, smallestArea: number, aspectRatio: number, wanted: number): Part {
  const [narrowest, widest] = [ASPECT_RATIOS[0] * wanted, ASPECT_RATIOS[1] * wanted];
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const area = smallestArea + uniform() * (1 - smallestArea);
    const ratio = narrowest * (widest / narrowest) ** uniform();
    const width = Math.sqrt((area * ratio) / aspectRatio);
    const height = Math.sqrt((area * aspectRatio) / ratio);
    if (width <= 1 && height <= 1) {
      return { left: uniform() * (1 - width), top: uniform() * (1 - height), width, height };
    }
  }
  const ratio = Math.min(widest, Math.max(narrowest, aspectRatio));
  const width = Math.min(1, ratio / aspectRatio);
  const height = Math.min(1, aspectRatio / ratio);
  return { left: (1 - width) / 2, top: (1 - height) / 2, width, height };
}

/**
 * Where the first and the last of `to` pixels lie that a part becomes, from 0, the centre of the first of `from` pixels, to
 * 1, that of the last. Pixels are areas, so their centres lie half a pixel inside of the part.
 */
function centres(start: number, size: number, from: number, to: number): readonly [number, number] {
  const half = (0.5 * size) / to;
  const position = (edge: number): number => {
    const centre = (edge * from - 0.5) / Math.max(1, from - 1);
    return Math.min(1 - RIM, Math.max(RIM, centre));
  };
  return [position(start + half), position(start + size - half)];
}

/**
 * What is cut from each image of a batch: chance, but the same for a seed, an epoch and an image wherever the run was
 * interrupted.
 *
 * @param options.rows the images' numbers in their split
 * @param options.aspectRatios of the batch's images, width by height
 * @returns [images, 4]: y1, x1, y2, x2 as `cropAndResize` takes them
 */
export function drawBoxes(
  augmentation: AugmentationPlan,
  options: {
    readonly seed: number;
    readonly epoch: number;
    readonly rows: Int32Array;
    readonly aspectRatios: readonly number[];
    readonly canvas: Preprocessing;
    readonly preprocessing: Preprocessing;
  },
): Float32Array {
  const { seed, epoch, rows, canvas, preprocessing } = options;
  const boxes = new Float32Array(rows.length * 4);
  const wanted = preprocessing.width / preprocessing.height;
  rows.forEach((row, index) => {
    const random = randomGenerator(seed, STREAM, epoch, row);
    const uniform = (): number => random() / 2 ** 32;
    const mirrored = uniform() < 0.5 && augmentation.horizontalFlip;
    const crop = augmentation.randomResizedCrop;
    const part = crop ? randomPart(uniform, crop.smallestArea, options.aspectRatios[index] ?? 1, wanted) : WHOLE;
    // An image that is not cut keeps its very pixels.
    const [top, bottom] = crop ? centres(part.top, part.height, canvas.height, preprocessing.height) : [0, 1];
    const [left, right] = crop ? centres(part.left, part.width, canvas.width, preprocessing.width) : [0, 1];
    boxes.set(mirrored ? [top, right, bottom, left] : [top, left, bottom, right], index * 4);
  });
  return boxes;
}

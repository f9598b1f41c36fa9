import type { AugmentationPlan } from '../../../shared/contract/augmentation.ts';
import {
  augmentationFeeds,
  blurRadius,
  type AugmentationFeed,
  type ImageSize,
} from '../../graph/augmentation/augment-images.ts';
import { jitterNumbers, jittersOf } from '../../graph/augmentation/colours.ts';
import type { Feed } from '../../runtime/session.ts';
import { betaDraw } from './beta.ts';
import { chanceFor, evenly, type DrawnImage } from './chance.ts';
import { drawBox, drawTransform, type LookupSizes } from './lookup.ts';
import { randomBox } from './parts.ts';

/** Factors around 1, none below 0, a turn of the hue around 0, and the order of all these, each as likely. */
function drawColour(plan: AugmentationPlan, { seeds }: DrawnImage): readonly number[] {
  const chance = chanceFor(seeds, 'colour');
  const around = (amount: number): number => evenly(chance, Math.max(0, 1 - amount), 1 + amount);
  const factors = {
    brightness: around(plan.brightness),
    contrast: around(plan.contrast),
    saturation: around(plan.saturation),
    hue: evenly(chance, -plan.hue, plan.hue),
  };
  const order = [...jittersOf(plan)];
  for (let place = order.length - 1; place > 0; place -= 1) {
    const other = Math.floor(chance() * (place + 1));
    [order[place], order[other]] = [order[other] ?? 'hue', order[place] ?? 'hue'];
  }
  return jitterNumbers(plan, factors, order);
}

/** The weights of a kernel, as torchvision's; of an image that stays sharp the middle one alone. */
function drawKernel({ blur }: AugmentationPlan, { seeds }: DrawnImage): readonly number[] {
  if (!blur) return [];
  const chance = chanceFor(seeds, 'blur');
  const isBlurred = chance() < blur.probability;
  const sigma = evenly(chance, blur.smallestSigma, blur.largestSigma);
  const radius = blurRadius(blur);
  const weights = Array.from({ length: 2 * radius + 1 }, (_, index) => {
    const place = index - radius;
    return isBlurred ? Math.exp(-0.5 * (place / sigma) ** 2) : Number(place === 0);
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

function drawErased({ erasing }: AugmentationPlan, { seeds }: DrawnImage, size: ImageSize): readonly number[] {
  if (!erasing) return [];
  const chance = chanceFor(seeds, 'erasing');
  return chance() < erasing.probability ? randomBox(chance, erasing, size) : [0, 0, 0, 0];
}

/**
 * What of its partner an image is given, as torchvision's `MixUp` and `CutMix` draw it, where a plan has both by one of them:
 * a box, the partner's share of what is in it, and its share of the label.
 */
function drawMix(plan: AugmentationPlan, { seeds }: DrawnImage, { height, width }: ImageSize): readonly number[] {
  const chance = chanceFor(seeds, 'mix');
  const coin = chance();
  const isCut = plan.cutmix > 0 && (plan.mixup === 0 || coin < 0.5);
  const partners = 1 - betaDraw(isCut ? plan.cutmix : plan.mixup, chance);
  if (!isCut) return [0, 0, height, width, partners, partners];
  const half = 0.5 * Math.sqrt(partners);
  const [halfWidth, halfHeight] = [Math.floor(half * width), Math.floor(half * height)];
  const [x, y] = [Math.floor(chance() * width), Math.floor(chance() * height)];
  const [left, right] = [Math.max(0, x - halfWidth), Math.min(width, x + halfWidth)];
  const [top, bottom] = [Math.max(0, y - halfHeight), Math.min(height, y + halfHeight)];
  return [top, left, bottom, right, 1, ((bottom - top) * (right - left)) / (height * width)];
}

/**
 * What chance decides for a batch: for each image it depends on the image's own seeds alone. The partner of an image is the
 * one before it in the batch, that of the first the last.
 *
 * @returns the feeds that `augmentationFeeds` names, each [images, numbers]
 */
export function drawAugmentation(
  plan: AugmentationPlan,
  images: readonly DrawnImage[],
  sizes: LookupSizes,
): Readonly<Record<string, Feed>> {
  const draws: Readonly<Record<Exclude<AugmentationFeed, 'partners'>, (image: DrawnImage) => readonly number[]>> = {
    boxes: (image) => drawBox(plan, image, sizes),
    transforms: (image) => drawTransform(plan, image, sizes),
    colour: (image) => drawColour(plan, image),
    greyscale: ({ seeds }) => [Number(chanceFor(seeds, 'greyscale')() < plan.greyscale)],
    blur: (image) => drawKernel(plan, image),
    erased: (image) => drawErased(plan, image, sizes.input),
    mix: (image) => drawMix(plan, image, sizes.input),
  };
  const count = images.length;
  const feedOf = (name: AugmentationFeed, width: number): Feed =>
    name === 'partners'
      ? { data: Int32Array.from(images, (_, index) => (index + count - 1) % count), shape: [count] }
      : { data: Float32Array.from(images.flatMap((image) => draws[name](image))), shape: [count, width] };
  return Object.fromEntries([...augmentationFeeds(plan)].map(([name, width]) => [name, feedOf(name, width)]));
}

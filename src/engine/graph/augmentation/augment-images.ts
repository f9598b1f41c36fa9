import { mixesImages, type AugmentationPlan } from '../../../shared/contract/augmentation.ts';
import type { DataType, Graph, Tensor } from '../graph.ts';
import { cast } from '../ops/cast.ts';
import { cropAndResize } from '../ops/crop-and-resize.ts';
import { gather } from '../ops/gather.ts';
import { projectiveTransform } from '../ops/projective-transform.ts';
import { reshape } from '../ops/reshape.ts';
import { slice } from '../ops/slice.ts';
import { compute, mix } from './arithmetic.ts';
import { blurred } from './blur.ts';
import { boxMasks } from './box-masks.ts';
import { greyscaled, jitterColours, jitterWidth, ofImages } from './colours.ts';

export interface ImageSize {
  readonly height: number;
  readonly width: number;
}

/** What is done to training images, and to what they are decoded for it. */
export interface Augmentation {
  readonly plan: AugmentationPlan;
  readonly canvas: ImageSize;
}

/** How an image is looked up in its canvas: by a transform where it is turned, else by a box; null leaves it as it is. */
export function lookupOf(plan: AugmentationPlan): 'transforms' | 'boxes' | null {
  if (plan.rotation > 0 || plan.translation > 0 || plan.shear > 0 || plan.zoom > 0) return 'transforms';
  return plan.randomResizedCrop || plan.horizontalFlip || plan.verticalFlip ? 'boxes' : null;
}

/** Beyond three standard deviations a kernel has a hundredth of the middle's weight. */
export function blurRadius({ largestSigma }: NonNullable<AugmentationPlan['blur']>): number {
  return Math.ceil(3 * largestSigma);
}

/**
 * What chance decides for each image of a batch, and how many numbers that are: the feeds of an augmented step.
 *
 * - `boxes`: as `cropAndResize` takes them; `transforms`: as `projectiveTransform` does
 * - `colour`: as `jitterColours`; `greyscale`: 1 for images that become grey; `blur`: the weights of the kernel
 * - `erased`: a box in pixels, empty for none
 * - `mix`: a box in pixels, the partner's share of what is in it, and its share of the label
 * - `partners`: int32, which image of the batch is mixed in
 */
export function augmentationFeeds(plan: AugmentationPlan): ReadonlyMap<AugmentationFeed, number> {
  const lookup = lookupOf(plan);
  const widths: Readonly<Record<AugmentationFeed, number>> = {
    boxes: lookup === 'boxes' ? 4 : 0,
    transforms: lookup === 'transforms' ? 8 : 0,
    colour: jitterWidth(plan),
    greyscale: plan.greyscale > 0 ? 1 : 0,
    blur: plan.blur ? 2 * blurRadius(plan.blur) + 1 : 0,
    erased: plan.erasing ? 4 : 0,
    mix: mixesImages(plan) ? 6 : 0,
    partners: mixesImages(plan) ? 1 : 0,
  };
  return new Map(Object.entries(widths).filter(([, width]) => width > 0) as [AugmentationFeed, number][]);
}

export const AUGMENTATION_FEEDS = [
  'boxes',
  'transforms',
  'colour',
  'greyscale',
  'blur',
  'erased',
  'mix',
  'partners',
] as const;
export type AugmentationFeed = (typeof AUGMENTATION_FEEDS)[number];

/** Which other image of the batch each was mixed with. */
export interface Mixture {
  /** int32 [batch] */
  readonly partners: Tensor;
  /** The partner's share of the label, float32 [batch]. */
  readonly share: Tensor;
}

export interface AugmentedImages {
  /** float32 [batch, height, width, 3]: red, green and blue in [0, 255]. */
  readonly pixels: Tensor;
  readonly feeds: Readonly<Partial<Record<AugmentationFeed, Tensor>>>;
  /** null where labels stay as they are. */
  readonly mixture: Mixture | null;
}

/**
 * Does to images what a plan says, by numbers that are fed; an operation that the plan leaves out stands nowhere in the graph.
 *
 * @param images uint8 [batch, canvas height, canvas width, 3], red, green and blue
 * @param options.size of the network's input
 * @param options.neutral red, green and blue of what is erased
 */
export function augmentImages(
  graph: Graph,
  scope: string,
  images: Tensor,
  {
    plan,
    size,
    neutral,
  }: { readonly plan: AugmentationPlan; readonly size: ImageSize; readonly neutral: readonly number[] },
): AugmentedImages {
  const feeds: Partial<Record<AugmentationFeed, Tensor>> = {};
  for (const [name, width] of augmentationFeeds(plan)) {
    const [dtype, shape]: [DataType, number[]] = name === 'partners' ? ['int32', [-1]] : ['float32', [-1, width]];
    feeds[name] = graph.placeholder(`${scope}/${name}`, dtype, shape);
  }
  const within = `${scope}/augmented`;
  const { boxes, transforms, colour, greyscale, blur, erased, mix: mixing, partners } = feeds;
  let pixels: Tensor;
  if (boxes) pixels = cropAndResize(graph, `${within}/cut`, images, boxes, size);
  else {
    pixels = cast(graph, `${within}/pixels`, images, 'float32');
    if (transforms) {
      pixels = projectiveTransform(graph, `${within}/turned`, pixels, transforms, { ...size, fill: plan.fill });
    }
  }
  if (colour) pixels = jitterColours(graph, `${within}/colour`, pixels, colour, plan);
  if (greyscale) pixels = greyscaled(graph, `${within}/greyscale`, pixels, greyscale);
  if (blur) pixels = blurred(graph, `${within}/blur`, pixels, blur);
  if (erased) {
    const nothing = graph.constant(`${within}/neutral`, 'float32', [3], neutral);
    pixels = mix(graph, `${within}/erased`, pixels, nothing, boxMasks(graph, `${within}/boxes`, erased, size));
  }
  if (!mixing || !partners) return { pixels, feeds, mixture: null };
  const others = gather(graph, `${within}/others`, pixels, partners);
  const masks = boxMasks(graph, `${within}/mixed_boxes`, mixing, size);
  const weight = ofImages(graph, `${within}/weight`, mixing, 4);
  const share = compute(graph, 'Mul', `${within}/share`, masks, weight);
  const labelShare = reshape(
    graph,
    `${within}/label_share`,
    slice(graph, `${within}/label_share/column`, mixing, [0, 5], [-1, 1]),
    [-1],
  );
  return {
    pixels: mix(graph, `${within}/mixed`, pixels, others, share),
    feeds,
    mixture: { partners, share: labelShare },
  };
}

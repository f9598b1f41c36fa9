import type { AugmentationPlan } from '../../../shared/contract/augmentation.ts';
import { type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { mean } from '../ops/mean.ts';
import { reshape } from '../ops/reshape.ts';
import { slice } from '../ops/slice.ts';
import { sum } from '../ops/sum.ts';
import { choose, compute, mix, numberOf } from './arithmetic.ts';

const BRIGHTEST = 255;
/** ITU-R BT.601, to the digits that torchvision has. */
const GREY_WEIGHTS = [0.2989, 0.587, 0.114] as const;

/** Column `index` of [batch, count], as it repeats over images: [batch, 1, 1, 1]. */
export function ofImages(graph: Graph, name: string, fed: Tensor, index: number): Tensor {
  return reshape(graph, name, slice(graph, `${name}/column`, fed, [0, index], [-1, 1]), [-1, 1, 1, 1]);
}

function withinRange(graph: Graph, name: string, images: Tensor): Tensor {
  const below = compute(graph, 'Minimum', `${name}/below`, images, numberOf(graph, `${name}/brightest`, BRIGHTEST));
  return compute(graph, 'Maximum', name, below, numberOf(graph, `${name}/darkest`, 0));
}

/** How bright each pixel is, [batch, height, width, 1]. */
function greyOf(graph: Graph, name: string, images: Tensor): Tensor {
  const weights = graph.constant(`${name}/weights`, 'float32', [3], GREY_WEIGHTS);
  const [batch = -1, height = 0, width = 0] = images.shape;
  const total = sum(graph, `${name}/total`, compute(graph, 'Mul', `${name}/weighted`, images, weights), [3]);
  return reshape(graph, name, total, [batch, height, width, 1]);
}

/** The colours of hue, saturation and brightness in [0, 1], or back. */
function converted(graph: Graph, op: 'RGBToHSV' | 'HSVToRGB', name: string, images: Tensor): Tensor {
  return graph.single({ op, name, inputs: [images], attributes: { T: type('float32') }, outputs: [images] });
}

function hueTurned(graph: Graph, name: string, images: Tensor, turns: Tensor): Tensor {
  const share = numberOf(graph, `${name}/share`, 1 / BRIGHTEST);
  const hsv = converted(graph, 'RGBToHSV', `${name}/hsv`, compute(graph, 'Mul', `${name}/unit`, images, share));
  const hueAlone = graph.constant(`${name}/hue_alone`, 'float32', [3], [1, 0, 0]);
  const moved = compute(graph, 'AddV2', `${name}/moved`, hsv, compute(graph, 'Mul', `${name}/by`, hueAlone, turns));
  // A hue is a place on a circle; saturation and brightness of 1 must not become 0.
  const floor = graph.single({
    op: 'Floor',
    name: `${name}/whole_turns`,
    inputs: [moved],
    attributes: { T: type('float32') },
    outputs: [moved],
  });
  const wrapped = compute(
    graph,
    'Sub',
    `${name}/wrapped`,
    moved,
    compute(graph, 'Mul', `${name}/whole_turns_of_hue`, floor, hueAlone),
  );
  const rgb = converted(graph, 'HSVToRGB', `${name}/rgb`, wrapped);
  const levels = compute(graph, 'Mul', `${name}/levels`, rgb, numberOf(graph, `${name}/brightest`, BRIGHTEST));
  // There and back again is not to the bit what it was.
  const still = graph.single({
    op: 'Equal',
    name: `${name}/still`,
    inputs: [turns, numberOf(graph, `${name}/nowhere`, 0)],
    attributes: { T: type('float32') },
    outputs: [{ dtype: 'bool', shape: turns.shape }],
  });
  return choose(graph, name, still, images, levels);
}

type Jitter = Pick<AugmentationPlan, 'brightness' | 'contrast' | 'saturation' | 'hue'>;

/** What is drawn for an image: three factors, 1 of which changes nothing, and the hue's turn, 1 being all the circle. */
export type JitterFactors = Readonly<Record<keyof Jitter, number>>;

const JITTERS = ['brightness', 'contrast', 'saturation', 'hue'] as const satisfies readonly (keyof Jitter)[];

/** What a plan does to colours. */
export const jittersOf = (plan: Jitter): readonly (keyof Jitter)[] => JITTERS.filter((jitter) => plan[jitter] > 0);

/** Of brightness, contrast and saturation, how many a plan has. */
const mixturesOf = (plan: Jitter): number => jittersOf(plan).filter((jitter) => jitter !== 'hue').length;

/** Each mixture takes three numbers, and the hue's turn one; mixtures stand before the hue and after it. */
const MIXTURE_NUMBERS = 3;

/** How many numbers an image's colours are jittered by; 0 where they stay as they are. */
export function jitterWidth(plan: Jitter): number {
  const mixtures = mixturesOf(plan);
  return plan.hue > 0 ? 2 * MIXTURE_NUMBERS * mixtures + 1 : MIXTURE_NUMBERS * mixtures;
}

/** Shares of the image itself, of its mean grey, and of each pixel's own grey; the rest is black. */
function mixtureNumbers(jitter: Exclude<keyof Jitter, 'hue'>, factor: number): readonly number[] {
  switch (jitter) {
    case 'brightness':
      return [factor, 0, 0];
    case 'contrast':
      return [factor, 1 - factor, 0];
    case 'saturation':
      return [factor, 0, 1 - factor];
  }
}

/**
 * An image's numbers for `jitterColours`, which does the operations in the order that is given, each image in its own.
 *
 * @param order all that the plan has
 */
export function jitterNumbers(
  plan: Jitter,
  factors: JitterFactors,
  order: readonly (keyof Jitter)[],
): readonly number[] {
  const mixtures = mixturesOf(plan);
  const numbersOf = (jitters: readonly (keyof Jitter)[]): number[] => {
    const used = jitters.flatMap((jitter) => (jitter === 'hue' ? [] : mixtureNumbers(jitter, factors[jitter])));
    const left = mixtures - used.length / MIXTURE_NUMBERS;
    return [...used, ...Array.from({ length: left }, () => [1, 0, 0]).flat()];
  };
  if (plan.hue === 0) return numbersOf(order);
  const hue = order.indexOf('hue');
  return [...numbersOf(order.slice(0, hue)), factors.hue, ...numbersOf(order.slice(hue + 1))];
}

/**
 * Brightness, contrast, saturation and hue, each as torchvision's `ColorJitter` does it to floating images: a mixture with
 * black, with the image's mean grey, or with each pixel's own grey, kept within what can be shown, and a turn of the hue.
 * Each image has an order of its own, as there, by the numbers that are fed. What the plan leaves alone is not computed.
 *
 * @param images float32 [batch, height, width, 3], red, green and blue in [0, 255]
 * @param colour float32 [batch, jitterWidth]: what `jitterNumbers` gives
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.ColorJitter.html
 */
export function jitterColours(graph: Graph, name: string, images: Tensor, colour: Tensor, plan: Jitter): Tensor {
  const mixtures = mixturesOf(plan);
  const mixed = (pixels: Tensor, place: number, at: number): Tensor => {
    const scope = `${name}/mixture_${place}`;
    const share = (part: string, index: number, of: Tensor): Tensor =>
      compute(graph, 'Mul', `${scope}/${part}`, of, ofImages(graph, `${scope}/share_of_${part}`, colour, at + index));
    let sumOf = share('image', 0, pixels);
    const grey = plan.contrast > 0 || plan.saturation > 0 ? greyOf(graph, `${scope}/greys`, pixels) : null;
    if (grey && plan.contrast > 0) {
      const means = mean(graph, `${scope}/means`, grey, [1, 2, 3]);
      const meanGrey = reshape(graph, `${scope}/means_of_images`, means, [-1, 1, 1, 1]);
      sumOf = compute(graph, 'AddV2', `${scope}/with_mean`, sumOf, share('mean', 1, meanGrey));
    }
    if (grey && plan.saturation > 0) {
      sumOf = compute(graph, 'AddV2', `${scope}/with_grey`, sumOf, share('grey', 2, grey));
    }
    return withinRange(graph, `${scope}/within`, sumOf);
  };
  let pixels = images;
  for (let place = 0; place < mixtures; place += 1) pixels = mixed(pixels, place, place * MIXTURE_NUMBERS);
  if (plan.hue === 0) return pixels;
  const turn = mixtures * MIXTURE_NUMBERS;
  pixels = hueTurned(graph, `${name}/hue`, pixels, ofImages(graph, `${name}/hue/turn`, colour, turn));
  for (let place = 0; place < mixtures; place += 1) {
    pixels = mixed(pixels, mixtures + place, turn + 1 + place * MIXTURE_NUMBERS);
  }
  return pixels;
}

/**
 * Takes the colours of some images, as torchvision's `RandomGrayscale`.
 *
 * @param chosen float32 [batch, 1]: 1 for those that become grey, 0 for the others
 */
export function greyscaled(graph: Graph, name: string, images: Tensor, chosen: Tensor): Tensor {
  return mix(graph, name, images, greyOf(graph, `${name}/grey`, images), ofImages(graph, `${name}/chosen`, chosen, 0));
}

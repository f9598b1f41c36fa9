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

/** Whether any of a plan's amounts asks for another colour. */
export function jittersColours({ brightness, contrast, saturation, hue }: AugmentationPlan): boolean {
  return brightness > 0 || contrast > 0 || saturation > 0 || hue > 0;
}

/**
 * Brightness, contrast, saturation and hue, in this order, each as torchvision's `ColorJitter` does it to floating images:
 * a mixture with black, with the image's mean grey, or with each pixel's own grey, kept within what can be shown, and a
 * turn of the hue. What the plan leaves alone is not computed.
 *
 * @param images float32 [batch, height, width, 3], red, green and blue in [0, 255]
 * @param colour float32 [batch, 4]: three factors, 1 of which changes nothing, and the hue's turn, 1 being all the circle
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.ColorJitter.html
 */
export function jitterColours(
  graph: Graph,
  name: string,
  images: Tensor,
  colour: Tensor,
  plan: Pick<AugmentationPlan, 'brightness' | 'contrast' | 'saturation' | 'hue'>,
): Tensor {
  let pixels = images;
  if (plan.brightness > 0) {
    const scope = `${name}/brightness`;
    const brighter = compute(graph, 'Mul', scope, pixels, ofImages(graph, `${scope}/factor`, colour, 0));
    pixels = withinRange(graph, `${scope}/within`, brighter);
  }
  if (plan.contrast > 0) {
    const scope = `${name}/contrast`;
    const grey = mean(graph, `${scope}/mean`, greyOf(graph, `${scope}/grey`, pixels), [1, 2, 3]);
    const mean4 = reshape(graph, `${scope}/mean_of_images`, grey, [-1, 1, 1, 1]);
    const factor = ofImages(graph, `${scope}/factor`, colour, 1);
    pixels = withinRange(graph, `${scope}/within`, mix(graph, scope, mean4, pixels, factor));
  }
  if (plan.saturation > 0) {
    const scope = `${name}/saturation`;
    const factor = ofImages(graph, `${scope}/factor`, colour, 2);
    const grey = greyOf(graph, `${scope}/grey`, pixels);
    pixels = withinRange(graph, `${scope}/within`, mix(graph, scope, grey, pixels, factor));
  }
  if (plan.hue > 0) {
    pixels = hueTurned(graph, `${name}/hue`, pixels, ofImages(graph, `${name}/hue/turn`, colour, 3));
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

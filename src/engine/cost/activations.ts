import { assertNever } from '../../shared/errors/thaw-error.ts';
import type { Layer } from '../network/layer.ts';
import { hasOwnActivation, looksAtInput, type BackwardDemand, type ShapedLayer } from './work.ts';
import { outputBytes } from './multiply-adds.ts';

/** Layers whose result takes the place of their input: the runtime reuses the memory. */
function worksInPlace(layer: Layer): boolean {
  return layer.kind === 'activation' || layer.kind === 'reshape' || layer.kind === 'add' || layer.kind === 'input';
}

/** The outputs that a layer's gradient looks at again, by layer name. */
function keptFor({ layer }: ShapedLayer, demand: BackwardDemand): readonly string[] {
  if (!demand.byInput && !demand.byWeights) return [];
  switch (layer.kind) {
    case 'conv2d':
    case 'depthwiseConv2d':
    case 'dense':
      return [...(demand.byWeights ? layer.inputs : []), ...(hasOwnActivation(layer) ? [layer.name] : [])];
    case 'batchNorm':
      return demand.byWeights || demand.usesBatchStatistics ? layer.inputs : [];
    case 'conv2dTranspose':
    case 'separableConv2d':
      return demand.byWeights ? layer.inputs : [];
    case 'layerNorm':
      return [layer.name];
    case 'localResponseNorm':
      return [...layer.inputs, layer.name];
    case 'multiply':
      return layer.inputs;
    case 'activation':
      return looksAtInput(layer) ? [...layer.inputs, layer.name] : [layer.name];
    case 'maxPool2d':
    case 'adaptiveMaxPool2d':
      // It looks for the maximum where it was.
      return [...layer.inputs, layer.name];
    case 'dropout':
    case 'input':
    case 'zeroPadding2d':
    case 'averagePool2d':
    case 'adaptiveAveragePool2d':
    case 'globalAveragePooling2d':
    case 'reshape':
    case 'add':
    case 'concatenate':
    case 'permute':
    case 'reflectionPadding2d':
    case 'resizing':
    case 'rescaling':
    case 'slice':
    case 'foreignGraph':
      return [];
    default:
      return assertNever(layer);
  }
}

/**
 * The most bytes of outputs that live at once while layers are computed in order, for one image: an output goes when its
 * last reader has run, unless it is kept.
 *
 * @param given names whose output comes from outside and is counted nowhere
 * @param isFused layers that vanish into the one before, such as a folded BatchNorm
 */
export function livePeak(
  layers: readonly ShapedLayer[],
  options: { readonly kept?: ReadonlySet<string>; readonly isFused?: (layer: Layer) => boolean } = {},
): number {
  const { kept = new Set<string>(), isFused = () => false } = options;
  const readers = new Map<string, number>();
  for (const { layer } of layers) for (const name of layer.inputs) readers.set(name, (readers.get(name) ?? 0) + 1);
  const live = new Map<string, number>();
  let sum = 0;
  let peak = 0;
  for (const { layer, output } of layers) {
    const bytes = outputBytes(output);
    const [first] = layer.inputs;
    const takesPlace =
      (worksInPlace(layer) || isFused(layer)) &&
      first !== undefined &&
      live.get(first) === bytes &&
      readers.get(first) === 1 &&
      !kept.has(first);
    live.set(layer.name, bytes);
    sum += bytes;
    if (!takesPlace) peak = Math.max(peak, sum);
    for (const name of layer.inputs) {
      const left = (readers.get(name) ?? 0) - 1;
      readers.set(name, left);
      if (left > 0 || kept.has(name)) continue;
      sum -= live.get(name) ?? 0;
      live.delete(name);
    }
    if (takesPlace) peak = Math.max(peak, sum);
  }
  return peak;
}

/**
 * The most bytes of outputs and gradients that live at once in a training step, for one image: forwards what gradients
 * look at again piles up, backwards it goes, and each layer holds its gradient above and below.
 */
export function trainingPeak(layers: readonly ShapedLayer[], demands: ReadonlyMap<string, BackwardDemand>): number {
  const bytesOf = new Map(layers.map(({ layer, output }) => [layer.name, outputBytes(output)]));
  /** The lowest layer whose gradient still needs the output: walking down, there it goes. */
  const lastUser = new Map<string, number>();
  layers.forEach((shaped, index) => {
    const demand = demands.get(shaped.layer.name);
    if (!demand) return;
    for (const name of keptFor(shaped, demand)) {
      if (bytesOf.has(name)) lastUser.set(name, Math.min(lastUser.get(name) ?? Infinity, index));
    }
  });
  let held = 0;
  const goneAfter = new Array<number>(layers.length).fill(0);
  for (const [name, user] of lastUser) {
    const bytes = bytesOf.get(name) ?? 0;
    held += bytes;
    goneAfter[user] = (goneAfter[user] ?? 0) + bytes;
  }
  let peak = livePeak(layers, { kept: new Set(lastUser.keys()) });
  for (let index = layers.length - 1; index >= 0; index -= 1) {
    const shaped = layers[index];
    const demand = shaped && demands.get(shaped.layer.name);
    if (shaped && demand && (demand.byInput || demand.byWeights)) {
      const below = demand.byInput ? shaped.inputs.reduce((sum, shape) => sum + outputBytes(shape), 0) : 0;
      const above = outputBytes(shaped.output);
      // The gradient before a layer's own activation is a tensor of its own.
      const inner = hasOwnActivation(shaped.layer) ? above : 0;
      peak = Math.max(peak, held + above + Math.max(below, inner));
    }
    held -= goneAfter[index] ?? 0;
  }
  return peak;
}

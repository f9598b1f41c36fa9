import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { DenseLayer, Layer, Network } from './layer.ts';
import { elementCount, layerShapes, networkTensors, type Shape } from './shape.ts';

/** What stands above the network of an autoencoder, and is left out where its weights are taken up. */
const DECODER_BLOCK = 'decoder';

const GLOROT = { kind: 'glorotUniform' } as const;
/** Of one kernel; more is no decoder that anybody means. */
const LARGEST_KERNEL = 2 ** 26;
/** A decoder of large maps costs as much as the network below it: a quarter of its channels, and not more than these. */
const MOST_CHANNELS = 256;
const LEAST_CHANNELS = 16;

/** Layers one upon another, each named after what it gives again. */
class Tower {
  readonly layers: Layer[] = [];
  #input: string;

  constructor(input: string) {
    this.#input = input;
  }

  get top(): string {
    return this.#input;
  }

  dense(name: string, units: number, activation?: DenseLayer['activation']): void {
    this.#add({
      ...{ kind: 'dense', units, useBias: true, kernelInitializer: GLOROT, ...this.#placed(name) },
      ...(activation !== undefined && { activation }),
    });
  }

  reshape(name: string, shape: Shape): void {
    this.#add({ kind: 'reshape', shape, ...this.#placed(name) });
  }

  resize(name: string, [height = 1, width = 1]: Shape): void {
    this.#add({ kind: 'resizing', height, width, interpolation: 'nearest', ...this.#placed(name) });
  }

  convolution(name: string, filters: number, activation?: DenseLayer['activation']): void {
    this.#add({
      ...{ kind: 'conv2d', filters, kernelSize: [3, 3], strides: [1, 1], padding: 'same', useBias: true },
      ...{ kernelInitializer: GLOROT, ...this.#placed(name) },
      ...(activation !== undefined && { activation }),
    });
  }

  #placed(name: string): Pick<Layer, 'name' | 'inputs' | 'block'> {
    return { name: `decode_${name}`, inputs: [this.#input], block: DECODER_BLOCK };
  }

  #add(layer: Layer): void {
    this.layers.push(layer);
    this.#input = layer.name;
  }
}

function refused(network: Network, found: string): ThawError {
  return new ThawError(
    'usage.invalid',
    `An autoencoder needs a decoder that gives the input of ${network.name} again; ${found}.`,
    "Choose a plain network, such as 'dense_300-100_28' or 'conv_32-64_64', or another task, such as rotation.",
  );
}

function expectBounded(network: Network, layers: readonly Layer[]): void {
  const own = new Set(layers.map(({ name }) => name));
  const shapes = networkTensors(network).filter(({ layer }) => own.has(layer));
  const largest = shapes.find(({ shape }) => elementCount(shape) > LARGEST_KERNEL);
  if (!largest) return;
  throw refused(
    network,
    `'${largest.name}' of [${largest.shape.join(', ')}] would be more than ${LARGEST_KERNEL.toLocaleString('en-US')} values`,
  );
}

/** Dense layers mirrored: those below the last in reverse, then the input itself. */
function denseDecoder(network: Network, input: Shape, tower: Tower): void {
  const dense = network.layers.filter((layer) => layer.kind === 'dense');
  const above = dense.at(-1)?.name === network.output ? dense.slice(0, -1).toReversed() : [];
  for (const { name, units, activation } of above) tower.dense(name, units, activation);
  tower.dense('values', elementCount(input));
  tower.reshape('input', input);
}

/** Feature maps enlarged to the size of each larger map of the network in turn, and a convolution upon each. */
function mapDecoder(network: Network, shapes: ReadonlyMap<string, Shape>, input: Shape, tower: Tower): void {
  const [height = 1] = shapes.get(network.output) ?? [];
  // The last map of each size that the network goes through, the largest first.
  const bySize = new Map<string, Shape>();
  for (const { name } of network.layers) {
    const shape = shapes.get(name) ?? [];
    if (shape.length === 3 && (shape[0] ?? 0) > height && (shape[0] ?? 0) < (input[0] ?? 0)) {
      bySize.set(shape.slice(0, 2).join('x'), shape);
    }
  }
  const larger = [...bySize.values()].sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
  const wide = (channels: number): number =>
    Math.min(MOST_CHANNELS, Math.max(LEAST_CHANNELS, network.family === 'conv' ? channels : channels >> 2));
  for (const shape of larger) {
    const [rows = 1, columns = 1, channels = 1] = shape;
    tower.resize(`to_${rows}x${columns}`, shape);
    tower.convolution(`${rows}x${columns}`, wide(channels), 'relu');
  }
  if (input[0] !== (larger.at(-1)?.[0] ?? height)) tower.resize('to_input', input);
  tower.convolution('input', input[2] ?? 3);
}

/**
 * Puts a decoder on a network that gives its input again: dense layers mirrored, or feature maps enlarged (by the nearest
 * pixel, then a convolution, which leaves no pattern of a chessboard) through the sizes of the maps below. Its last layer is
 * linear, as normalised pixels have no bounds.
 *
 * @throws ThawError `usage.invalid` where a decoder would be too large, or the network takes no image
 */
export function withDecoder(network: Network): Network {
  const shapes = layerShapes(network);
  const input = network.layers.find(({ kind }) => kind === 'input');
  const image = input && shapes.get(input.name);
  const output = shapes.get(network.output) ?? [];
  if (!input || image?.length !== 3) throw refused(network, 'it takes no image');
  const tower = new Tower(network.output);
  if (output.length === 1) denseDecoder(network, image, tower);
  else if (output.length === 3 && (output[0] ?? 0) <= (image[0] ?? 0)) mapDecoder(network, shapes, image, tower);
  else throw refused(network, `it ends in [${output.join(', ')}]`);
  const decoded = {
    ...network,
    layers: [...network.layers, ...tower.layers],
    output: tower.top,
    reconstructs: input.name,
  };
  expectBounded(decoded, tower.layers);
  return decoded;
}

/** Layers that are pretrained as one: a layer with weights, and what lies between it and the next. */
interface Unit {
  /** Of the layer with weights. */
  readonly name: string;
  /** All of its layers with weights. */
  readonly layers: readonly string[];
  /** The layer whose output the unit is given, and gives again. */
  readonly input: string;
  /** Its last layer. */
  readonly output: string;
}

/**
 * What of a network is pretrained one after the other, from below.
 *
 * @throws ThawError `usage.invalid` for a network that is no chain of layers
 */
function unitsOf(network: Network): readonly Unit[] {
  const withTensors = new Set(networkTensors(network).map(({ layer }) => layer));
  const [first] = network.layers;
  const branching = network.layers.find(
    ({ inputs }, index) => index > 0 && (inputs.length !== 1 || inputs[0] !== network.layers[index - 1]?.name),
  );
  if (first?.kind !== 'input' || branching || network.output !== network.layers.at(-1)?.name) {
    throw new ThawError(
      'usage.invalid',
      `Layer by layer a network is pretrained whose layers follow one upon another; '${branching?.name ?? network.output}' of ${network.name} does not.`,
      'Leave layer by layer out: then the whole network learns to give its input again.',
    );
  }
  const units: { name: string; layers: string[]; input: string; output: string }[] = [];
  for (const { name, kind } of network.layers) {
    const unit = units.at(-1);
    const isNorm = kind === 'batchNorm' || kind === 'layerNorm';
    if (withTensors.has(name) && (!unit || !isNorm)) {
      units.push({ name, layers: [name], input: unit?.output ?? first.name, output: name });
    } else if (unit) {
      if (withTensors.has(name)) unit.layers.push(name);
      unit.output = name;
    }
  }
  return units;
}

/** What gives the input of a layer again out of its output, by one layer of weights that is linear. */
function unitDecoder(network: Network, { name, input, output }: Unit): readonly Layer[] {
  const shapes = layerShapes(network);
  const [below = [], above = []] = [shapes.get(input), shapes.get(output)];
  const tower = new Tower(output);
  if (above.length === 3 && below.length === 3) {
    if (above.slice(0, 2).join() !== below.slice(0, 2).join()) tower.resize(`${name}_size`, below);
    tower.convolution(name, below[2] ?? 1);
  } else if (above.length === 1) {
    tower.dense(name, elementCount(below));
    if (below.length > 1) tower.reshape(`${name}_shape`, below);
  } else {
    throw refused(network, `'${name}' makes [${above.join(', ')}] of [${below.join(', ')}]`);
  }
  return tower.layers;
}

/** A layer that is pretrained in a stage of its own. */
interface LayerStage {
  readonly name: string;
  /** What trains: its layers with weights, and those of its decoder. */
  readonly trains: readonly string[];
}

function decodersOf(network: Network): readonly { readonly unit: Unit; readonly layers: readonly Layer[] }[] {
  return unitsOf(network).map((unit) => ({ unit, layers: unitDecoder(network, unit) }));
}

/**
 * The layers that are pretrained one after the other, from below.
 *
 * @throws ThawError `usage.invalid` for a network that is no chain of layers
 */
export function layerStages(network: Network): readonly LayerStage[] {
  return decodersOf(network).map(({ unit, layers }) => ({
    name: unit.name,
    trains: [
      ...unit.layers,
      ...layers.filter(({ kind }) => kind === 'dense' || kind === 'conv2d').map(({ name }) => name),
    ],
  }));
}

/**
 * Puts a decoder on each layer of a network that has weights, so that each can learn to give its own input again (Bengio et
 * al., Greedy Layer-Wise Training of Deep Networks, 2007). They are all there in every stage, of which each looks at one: see
 * `networkOfStage`.
 *
 * @throws ThawError `usage.invalid` for a network that is no chain of layers, or a decoder that would be too large
 */
export function withLayerDecoders(network: Network): Network {
  const decoders = decodersOf(network);
  const layers = decoders.flatMap((decoder) => decoder.layers);
  const stages = decoders.map(({ unit, layers: own }) => ({
    output: own.at(-1)?.name ?? '',
    reconstructs: unit.input,
  }));
  const decoded = { ...network, layers: [...network.layers, ...layers], stages };
  expectBounded(decoded, layers);
  return networkOfStage(decoded, 0);
}

/** A network as a stage of a run looks at it: another only where its layers are pretrained one by one. */
export function networkOfStage(network: Network, stage: number): Network {
  const { stages } = network;
  if (!stages) return network;
  const found = stages[stage];
  if (!found) throw new RangeError(`A network of ${stages.length} layers with weights has no layer ${stage}.`);
  return { ...network, ...found };
}

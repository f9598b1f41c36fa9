import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { Layer, Network } from './layer.ts';

/** A network that its own name describes: `dense_300-50-50_28`, `conv_32-64_64`. */
interface PlainDescription {
  readonly kind: 'dense' | 'conv';
  /** Units, or filters, of each layer in order. */
  readonly widths: readonly number[];
  /** Height and width of the input, which has three channels. */
  readonly size: number;
}

const NAME = /^(dense|conv)_(\d{1,6}(?:-\d{1,6})*)_(\d{1,5})$/;
const MOST_LAYERS = 100;
const LARGEST_SIZE = 1024;
const MOST_WEIGHTS = 2 ** 28;

const GLOROT = { kind: 'glorotUniform' } as const;

/** What lies between a layer and the next one, and what a dense network begins with. */
function weightsOf({ kind, widths, size }: PlainDescription): number {
  const area = kind === 'conv' ? 9 : 1;
  return widths.reduce(({ sum, before }, width) => ({ sum: sum + before * width * area, before: width }), {
    sum: 0,
    before: kind === 'conv' ? 3 : size * size * 3,
  }).sum;
}

function assertBuildable(name: string, description: PlainDescription): void {
  const { kind, widths, size } = description;
  // Each convolution is followed by a pooling, which needs two pixels.
  const smallest = kind === 'conv' ? 2 ** widths.length : 1;
  const problems = [
    [widths.length > MOST_LAYERS, `${widths.length} layers, where ${MOST_LAYERS} are the most`],
    [widths.includes(0), 'a layer of nothing'],
    [size < smallest || size > LARGEST_SIZE, `images of ${size} pixels, where it takes ${smallest} to ${LARGEST_SIZE}`],
    [weightsOf(description) > MOST_WEIGHTS, `${weightsOf(description)} weights, where ${MOST_WEIGHTS} are the most`],
  ] as const;
  const [, found] = problems.find(([isWrong]) => isWrong) ?? [];
  if (found === undefined) return;
  throw new ThawError(
    'network.unknown',
    `A plain network is named by its layers and its image's size, 'dense_300-50-50_28' or 'conv_32-64_64'; '${name}' asks for ${found}.`,
    'Name fewer or smaller layers, or another size.',
  );
}

/**
 * @returns null for the name of another network
 * @throws ThawError `network.unknown` for one that cannot be built
 */
export function describePlainNetwork(name: string): PlainDescription | null {
  const [, kind, widths = '', size = ''] = NAME.exec(name) ?? [];
  if (kind !== 'dense' && kind !== 'conv') return null;
  const description = { kind, widths: widths.split('-').map(Number), size: Number(size) } as const;
  assertBuildable(name, description);
  return description;
}

function denseLayers(widths: readonly number[], size: number): readonly Layer[] {
  const flatten = 'flatten';
  return [
    { kind: 'reshape', shape: [size * size * 3], name: flatten, inputs: ['input'], block: flatten },
    ...widths.map((units, index): Layer => {
      const name = `dense_${index + 1}`;
      const inputs = [index === 0 ? flatten : `dense_${index}`];
      return {
        kind: 'dense',
        units,
        useBias: true,
        activation: 'relu',
        kernelInitializer: GLOROT,
        name,
        inputs,
        block: name,
      };
    }),
  ];
}

function convolutionLayers(widths: readonly number[]): readonly Layer[] {
  return widths.flatMap((filters, index): readonly Layer[] => {
    const block = `conv_${index + 1}`;
    const input = index === 0 ? 'input' : `pool_${index}`;
    return [
      {
        ...{ kind: 'conv2d', filters, kernelSize: [3, 3], strides: [1, 1], padding: 'same', useBias: true },
        ...{ activation: 'relu', kernelInitializer: GLOROT, name: block, inputs: [input], block },
      },
      {
        ...{ kind: 'maxPool2d', poolSize: [2, 2], strides: [2, 2], padding: 'valid' },
        ...{ name: `pool_${index + 1}`, inputs: [block], block },
      },
    ];
  });
}

/**
 * A network without a publisher, to train from its initialisers (Keras' defaults): fully connected layers with ReLU on the
 * flattened image, or convolutions of 3 x 3 with ReLU, each followed by the largest of every 2 x 2 pixels.
 */
export function plainNetwork(name: string, { kind, widths, size }: PlainDescription): Network {
  const above = kind === 'dense' ? denseLayers(widths, size) : convolutionLayers(widths);
  const layers: readonly Layer[] = [
    { kind: 'input', shape: [size, size, 3], name: 'input', inputs: [], block: 'input' },
    ...above,
  ];
  return {
    name,
    family: kind,
    layers,
    output: above.at(-1)?.name ?? 'input',
    pretrained: new Set(above.map((layer) => layer.name)),
  };
}

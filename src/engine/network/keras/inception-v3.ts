import { denseTop } from './dense-top.ts';
import { inKerasOrder } from './keras-order.ts';
import type { BuildOptions } from '../family.ts';
import type { Initializer, Layer } from '../layer.ts';

const GLOROT: Initializer = { kind: 'glorotUniform' };
/** Without gamma: the activation after it is ReLU, and the next convolution can scale. */
const BATCH_NORM = { kind: 'batchNorm', epsilon: 1e-3, momentum: 0.99, scale: false, center: true } as const;

interface ConvolutionOptions {
  readonly stride?: number;
  readonly padding?: 'same' | 'valid';
}

/** [filters, rows, columns] of a convolution, and what is not usual of it. */
type Convolution = readonly [filters: number, rows: number, columns: number, options?: ConvolutionOptions];

/**
 * Collects layers, named as Keras names those without a name: by kind, counted from the first. Each method gives the name
 * of the layer that ends what it adds.
 */
class LayerList {
  readonly layers: Layer[] = [];
  readonly #counts = new Map<string, number>();
  #block = 'input';

  /** What comes from now on is of this block. */
  startBlock(block: string): void {
    this.#block = block;
  }

  #next(kind: string): string {
    const count = this.#counts.get(kind) ?? 0;
    this.#counts.set(kind, count + 1);
    return count === 0 ? kind : `${kind}_${count}`;
  }

  input(size: number): string {
    this.layers.push({ kind: 'input', shape: [size, size, 3], name: 'input_1', inputs: [], block: this.#block });
    return 'input_1';
  }

  /** Convolutions one after the other, each with BatchNorm and ReLU. */
  convolutions(input: string, ...convolutions: readonly Convolution[]): string {
    return convolutions.reduce((below, [filters, rows, columns, options]) => {
      const stride = options?.stride ?? 1;
      const [name, batchNorm, activation] = [
        this.#next('conv2d'),
        this.#next('batch_normalization'),
        this.#next('activation'),
      ];
      const block = this.#block;
      this.layers.push(
        {
          kind: 'conv2d',
          filters,
          kernelSize: [rows, columns],
          strides: [stride, stride],
          padding: options?.padding ?? 'same',
          useBias: false,
          kernelInitializer: GLOROT,
          name,
          inputs: [below],
          block,
        },
        { ...BATCH_NORM, name: batchNorm, inputs: [name], block },
        { kind: 'activation', activation: 'relu', name: activation, inputs: [batchNorm], block },
      );
      return activation;
    }, input);
  }

  /** The largest of three by three pixels, at every other one. */
  maxPool(input: string): string {
    const name = this.#next('max_pooling2d');
    const window = { poolSize: [3, 3], strides: [2, 2], padding: 'valid' } as const;
    this.layers.push({ kind: 'maxPool2d', ...window, name, inputs: [input], block: this.#block });
    return name;
  }

  /** The mean of three by three pixels, then a convolution of one pixel. */
  pooledConvolution(input: string, filters: number): string {
    const name = this.#next('average_pooling2d');
    const window = { poolSize: [3, 3], strides: [1, 1], padding: 'same' } as const;
    this.layers.push({ kind: 'averagePool2d', ...window, name, inputs: [input], block: this.#block });
    return this.convolutions(name, [filters, 1, 1]);
  }

  concatenate(inputs: readonly string[], name = this.#next('concatenate')): string {
    this.layers.push({ kind: 'concatenate', name, inputs, block: this.#block });
    return name;
  }
}

const REDUCING: ConvolutionOptions = { stride: 2, padding: 'valid' };

function stem(list: LayerList, input: string): string {
  list.startBlock('stem');
  const first = list.convolutions(input, [32, 3, 3, REDUCING], [32, 3, 3, { padding: 'valid' }], [64, 3, 3]);
  const second = list.convolutions(list.maxPool(first), [80, 1, 1], [192, 3, 3, { padding: 'valid' }]);
  return list.maxPool(second);
}

/** The paper's figure 5: five by five as two of three by three. */
function blockA(list: LayerList, name: string, input: string, pooled: number): string {
  return list.concatenate(
    [
      list.convolutions(input, [64, 1, 1]),
      list.convolutions(input, [48, 1, 1], [64, 5, 5]),
      list.convolutions(input, [64, 1, 1], [96, 3, 3], [96, 3, 3]),
      list.pooledConvolution(input, pooled),
    ],
    name,
  );
}

/** From 35 x 35 to 17 x 17 pixels. */
function reductionA(list: LayerList, name: string, input: string): string {
  return list.concatenate(
    [
      list.convolutions(input, [384, 3, 3, REDUCING]),
      list.convolutions(input, [64, 1, 1], [96, 3, 3], [96, 3, 3, REDUCING]),
      list.maxPool(input),
    ],
    name,
  );
}

/** The paper's figure 6: seven by seven as rows and columns of seven. */
function blockB(list: LayerList, name: string, input: string, narrow: number): string {
  return list.concatenate(
    [
      list.convolutions(input, [192, 1, 1]),
      list.convolutions(input, [narrow, 1, 1], [narrow, 1, 7], [192, 7, 1]),
      list.convolutions(input, [narrow, 1, 1], [narrow, 7, 1], [narrow, 1, 7], [narrow, 7, 1], [192, 1, 7]),
      list.pooledConvolution(input, 192),
    ],
    name,
  );
}

/** From 17 x 17 to 8 x 8 pixels. */
function reductionB(list: LayerList, name: string, input: string): string {
  return list.concatenate(
    [
      list.convolutions(input, [192, 1, 1], [320, 3, 3, REDUCING]),
      list.convolutions(input, [192, 1, 1], [192, 1, 7], [192, 7, 1], [192, 3, 3, REDUCING]),
      list.maxPool(input),
    ],
    name,
  );
}

/** The paper's figure 7: the filter bank spread out, a row and a column side by side. */
function blockC(list: LayerList, name: string, input: string, inner: string): string {
  const spread = (below: string, joined?: string): string =>
    list.concatenate([list.convolutions(below, [384, 1, 3]), list.convolutions(below, [384, 3, 1])], joined);
  return list.concatenate(
    [
      list.convolutions(input, [320, 1, 1]),
      spread(list.convolutions(input, [384, 1, 1]), inner),
      spread(list.convolutions(input, [448, 1, 1], [384, 3, 3])),
      list.pooledConvolution(input, 192),
    ],
    name,
  );
}

const BLOCKS: readonly ((list: LayerList, name: string, input: string) => string)[] = [
  (...below) => blockA(...below, 32),
  (...below) => blockA(...below, 64),
  (...below) => blockA(...below, 64),
  reductionA,
  (...below) => blockB(...below, 128),
  (...below) => blockB(...below, 160),
  (...below) => blockB(...below, 160),
  (...below) => blockB(...below, 192),
  reductionB,
  (...below) => blockC(...below, 'mixed9_0'),
  (...below) => blockC(...below, 'mixed9_1'),
];

/**
 * Inception v3 as Keras Applications builds it, without the auxiliary classifier: "Rethinking the Inception Architecture
 * for Computer Vision" (Szegedy et al., 2015, https://arxiv.org/abs/1512.00567).
 *
 * @param options.size height and width of the input, at least 75
 * @param options.top classes of the published classifier, or null to end at the last block [h, w, 2048]
 */
export function inceptionV3(options: BuildOptions): readonly Layer[] {
  const list = new LayerList();
  let output = stem(list, list.input(options.size));
  BLOCKS.forEach((add, index) => {
    const name = `mixed${index}`;
    list.startBlock(name);
    output = add(list, name, output);
  });
  const layers = [...list.layers, ...(options.top === null ? [] : denseTop(output, options.top))];
  return inKerasOrder(layers, layers.at(-1)?.name ?? '');
}

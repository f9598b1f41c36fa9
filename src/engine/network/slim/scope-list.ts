import type { Initializer, Layer, Padding } from '../layer.ts';

export interface ConvolutionOptions {
  readonly filters: number;
  /** [rows, columns] */
  readonly size: readonly [number, number];
  readonly stride?: number;
  /** SAME where it is left out. */
  readonly padding?: Padding;
  /** Where they are not the network's usual ones. */
  readonly kernel?: Initializer;
  readonly bias?: Initializer;
}

export interface ScopeDefaults {
  /** The scope that every variable of the network is in. */
  readonly root: string;
  /** Of the kernels of convolutions. */
  readonly kernel: Initializer;
  /** Of the biases of convolutions that have one. */
  readonly bias: Initializer;
  readonly batchNorm?: { readonly epsilon: number; readonly momentum: number; readonly scale: boolean };
}

interface PoolingOptions {
  readonly size: number;
  readonly stride: number;
  readonly padding: 'same' | 'valid';
}

/**
 * Collects a TF-slim network's layers, named by their variable scopes below the network's own. Each method adds one or a
 * convolution with what follows in its scope, on top of the last layer where no input is given, and gives the name of the
 * layer that ends it.
 */
export class ScopeList {
  readonly layers: Layer[];
  readonly #defaults: ScopeDefaults;
  #block = 'input';

  /** @param size height and width of the input */
  constructor(size: number, defaults: ScopeDefaults) {
    this.#defaults = defaults;
    this.layers = [{ kind: 'input', shape: [size, size, 3], name: 'input', inputs: [], block: this.#block }];
  }

  /** The name of the layer that was added last. */
  get last(): string {
    return this.layers.at(-1)?.name ?? '';
  }

  /** What comes from now on is of this block. */
  startBlock(block: string): void {
    this.#block = block;
  }

  #add(layer: Layer): string {
    this.layers.push(layer);
    return layer.name;
  }

  #place(scope: string, inputs: readonly string[]) {
    return { name: `${this.#defaults.root}/${scope}`, inputs, block: this.#block };
  }

  #convolution(scope: string, options: ConvolutionOptions, useBias: boolean, relu: boolean, input: string): string {
    const { filters, size, stride = 1, padding = 'same', kernel, bias } = options;
    return this.#add({
      kind: 'conv2d',
      filters,
      kernelSize: size,
      strides: [stride, stride],
      padding,
      useBias,
      ...(useBias && { biasInitializer: bias ?? this.#defaults.bias }),
      ...(relu && { activation: 'relu' }),
      kernelInitializer: kernel ?? this.#defaults.kernel,
      ...this.#place(scope, [input]),
    });
  }

  /** With a bias, and where `relu` says so the activation as part of the layer. */
  convolution(scope: string, options: ConvolutionOptions, { relu }: { readonly relu: boolean }, input = this.last) {
    return this.#convolution(scope, options, true, relu, input);
  }

  /** With BatchNorm in place of the bias, and where `relu` says so an activation. */
  normalised(scope: string, options: ConvolutionOptions, { relu }: { readonly relu: boolean }, input = this.last) {
    const convolved = this.#convolution(scope, options, false, false, input);
    return this.batchNorm(`${scope}/BatchNorm`, { relu, reluScope: scope }, convolved);
  }

  /** @param options.reluScope the scope of the activation: the BatchNorm's own where it is left out */
  batchNorm(
    scope: string,
    options: { readonly relu: boolean; readonly reluScope?: string },
    input = this.last,
  ): string {
    const { epsilon, momentum, scale } = this.#defaults.batchNorm ?? { epsilon: 1e-3, momentum: 0.999, scale: false };
    const place = this.#place(scope, [input]);
    const normalised = this.#add({ kind: 'batchNorm', epsilon, momentum, scale, center: true, ...place });
    return options.relu ? this.relu(options.reluScope ?? scope, normalised) : normalised;
  }

  relu(scope: string, input = this.last): string {
    return this.#add({ kind: 'activation', activation: 'relu', ...this.#place(`${scope}/Relu`, [input]) });
  }

  pool(kind: 'maxPool2d' | 'averagePool2d', scope: string, options: PoolingOptions, input = this.last): string {
    const { size, stride, padding } = options;
    const place = this.#place(scope, [input]);
    return this.#add({ kind, poolSize: [size, size], strides: [stride, stride], padding, ...place });
  }

  /** Keeps [1, 1, channels] or gives [channels]. */
  globalPool(scope: string, { keepDimensions }: { readonly keepDimensions: boolean }, input = this.last): string {
    return this.#add({ kind: 'globalAveragePooling2d', keepDimensions, ...this.#place(scope, [input]) });
  }

  dropout(scope: string, rate: number, input = this.last): string {
    return this.#add({ kind: 'dropout', rate, ...this.#place(scope, [input]) });
  }

  /** The logits of [1, 1, classes] as [classes]. */
  squeeze(scope: string, classes: number, input = this.last): string {
    return this.#add({ kind: 'reshape', shape: [classes], ...this.#place(scope, [input]) });
  }

  combine(kind: 'add' | 'concatenate', scope: string, inputs: readonly string[]): string {
    return this.#add({ kind, ...this.#place(scope, inputs) });
  }
}

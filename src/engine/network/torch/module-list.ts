import type { ActivationLayer, DropoutLayer, ExplicitPadding, Initializer, Layer, Padding } from '../layer.ts';

/** [rows, columns], or one number for both. */
type Pair = number | readonly [number, number];

export interface WindowOptions {
  readonly size: Pair;
  readonly stride?: number;
  /** Rows and columns on each side; as many as keep the size at a stride of 1 where it is left out. */
  readonly padding?: Pair;
}

export interface ConvolutionOptions extends WindowOptions {
  readonly filters: number;
  /** The bias' initialiser; none where the convolution has no bias. */
  readonly bias?: Initializer;
  /** Where it is not the network's usual one. */
  readonly kernel?: Initializer;
}

export interface ModuleDefaults {
  /** Of the kernels of convolutions. */
  readonly kernel: Initializer;
  /** PyTorch's own where they are left out: its momentum of 0.1 is the share of the new average, ours that of the old. */
  readonly batchNorm?: { readonly epsilon: number; readonly momentum: number };
}

/** A module's first values as PyTorch draws them where its network says nothing: from ±1 / sqrt(fan in). */
export const DEFAULT_KERNEL: Initializer = {
  kind: 'varianceScaling',
  scale: 1 / 3,
  mode: 'fanIn',
  distribution: 'uniform',
};

/** `kaiming_normal_(mode='fan_out')`, which most of torchvision's networks begin with. */
export const KAIMING_FAN_OUT: Initializer = {
  kind: 'varianceScaling',
  scale: 2,
  mode: 'fanOut',
  distribution: 'normal',
};

/** PyTorch's own initialiser of a bias, of the size of what one output sees. */
export function defaultBias(fanIn: number): Initializer {
  return { kind: 'uniform', limit: 1 / Math.sqrt(fanIn) };
}

function pair(value: Pair): readonly [number, number] {
  return typeof value === 'number' ? [value, value] : value;
}

/** Symmetric, as PyTorch's always is. */
function paddingOf({ size, stride = 1, padding }: WindowOptions): Padding {
  const [rows, columns] = pair(size);
  const half: readonly [number, number] = [Math.floor((rows - 1) / 2), Math.floor((columns - 1) / 2)];
  const [down, across] = padding === undefined ? half : pair(padding);
  if (down === 0 && across === 0) return 'valid';
  // The same pixels under a name for which faster kernels exist.
  if (stride === 1 && 2 * down === rows - 1 && 2 * across === columns - 1) return 'same';
  return { top: down, bottom: down, left: across, right: across };
}

/** PyTorch counts a depthwise kernel's fans the other way round: in [channels, 1, rows, columns] the filters come first. */
function ofDepthwise(initializer: Initializer): Initializer {
  if (initializer.kind !== 'varianceScaling') return initializer;
  return { ...initializer, mode: initializer.mode === 'fanIn' ? 'fanOut' : 'fanIn' };
}

/**
 * Collects a PyTorch network's modules as layers named by their paths. Each method adds one, on top of the last where no
 * input is given, and gives its name.
 */
export class ModuleList {
  readonly layers: Layer[];
  readonly #defaults: ModuleDefaults;
  #block = 'input';

  /** @param size height and width of the input */
  constructor(size: number, defaults: ModuleDefaults) {
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

  #place(name: string, inputs: readonly string[]) {
    return { name, inputs, block: this.#block };
  }

  convolution(name: string, options: ConvolutionOptions, input = this.last): string {
    const { filters, size, stride = 1, bias, kernel = this.#defaults.kernel } = options;
    return this.#add({
      kind: 'conv2d',
      filters,
      kernelSize: pair(size),
      strides: [stride, stride],
      padding: paddingOf(options),
      useBias: bias !== undefined,
      ...(bias && { biasInitializer: bias }),
      kernelInitializer: kernel,
      ...this.#place(name, [input]),
    });
  }

  depthwise(name: string, options: WindowOptions, input = this.last): string {
    const { size, stride = 1 } = options;
    return this.#add({
      kind: 'depthwiseConv2d',
      kernelSize: pair(size),
      strides: [stride, stride],
      padding: paddingOf(options),
      depthMultiplier: 1,
      useBias: false,
      kernelInitializer: ofDepthwise(this.#defaults.kernel),
      ...this.#place(name, [input]),
    });
  }

  batchNorm(name: string, input = this.last): string {
    const { epsilon, momentum } = this.#defaults.batchNorm ?? { epsilon: 1e-5, momentum: 0.9 };
    const options = { epsilon, momentum, scale: true, center: true } as const;
    return this.#add({ kind: 'batchNorm', ...options, ...this.#place(name, [input]) });
  }

  activation(
    name: string,
    activation: ActivationLayer['activation'],
    input = this.last,
    options: Pick<ActivationLayer, 'negativeSlope'> = {},
  ): string {
    return this.#add({ kind: 'activation', activation, ...options, ...this.#place(name, [input]) });
  }

  /** @param extra rows and columns after the image, as `ceil_mode` lets a window reach over its end */
  maxPool(name: string, options: WindowOptions & { readonly extra?: number }, input = this.last): string {
    const { size, stride = 1, padding = 0, extra = 0 } = options;
    const before = paddingOf({ size, stride, padding });
    const after: ExplicitPadding = { top: 0, bottom: extra, left: 0, right: extra };
    return this.#add({
      kind: 'maxPool2d',
      poolSize: pair(size),
      strides: [stride, stride],
      padding: extra === 0 ? before : after,
      ...this.#place(name, [input]),
    });
  }

  /** The padding counts as zeros, as PyTorch has it where nothing else is said. */
  averagePool(name: string, options: WindowOptions, input = this.last): string {
    const { size, stride = 1, padding = 0 } = options;
    const [down, across] = pair(padding);
    return this.#add({
      kind: 'averagePool2d',
      poolSize: pair(size),
      strides: [stride, stride],
      padding: down + across === 0 ? 'valid' : { top: down, bottom: down, left: across, right: across },
      ...this.#place(name, [input]),
    });
  }

  /** `AdaptiveAvgPool2d(1)`, with the flattening after it where no height and width are kept. */
  globalPool(name: string, { keepDimensions }: { readonly keepDimensions: boolean }, input = this.last): string {
    return this.#add({ kind: 'globalAveragePooling2d', keepDimensions, ...this.#place(name, [input]) });
  }

  adaptivePool(name: string, size: number, input = this.last): string {
    return this.#add({ kind: 'adaptiveAveragePool2d', outputSize: [size, size], ...this.#place(name, [input]) });
  }

  /**
   * `torch.flatten(x, 1)`, which puts the channels first.
   *
   * @param shape [height, width, channels] of what is flattened
   */
  flatten(shape: readonly [number, number, number], input = this.last): string {
    const order = this.#add({ kind: 'permute', order: [2, 0, 1], ...this.#place('channels_first', [input]) });
    const values = shape.reduce((product, size) => product * size, 1);
    return this.#add({ kind: 'reshape', shape: [values], ...this.#place('flatten', [order]) });
  }

  /** @param options.perImage whether an image's values are dropped or kept all together: torchvision's StochasticDepth */
  dropout(name: string, rate: number, input = this.last, options: Pick<DropoutLayer, 'perImage'> = {}): string {
    return this.#add({ kind: 'dropout', rate, ...options, ...this.#place(name, [input]) });
  }

  dense(
    name: string,
    units: number,
    { kernel, bias }: { readonly kernel: Initializer; readonly bias: Initializer },
    input = this.last,
  ): string {
    return this.#add({
      kind: 'dense',
      units,
      useBias: true,
      kernelInitializer: kernel,
      biasInitializer: bias,
      ...this.#place(name, [input]),
    });
  }

  combine(kind: 'add' | 'multiply' | 'concatenate', name: string, inputs: readonly string[]): string {
    return this.#add({ kind, ...this.#place(name, inputs) });
  }

  /** torchvision's Conv2dNormActivation: a convolution without bias, BatchNorm and, where one is asked for, an activation. */
  normalised(
    name: string,
    options: WindowOptions & { readonly filters: number | 'depthwise' },
    activation: ActivationLayer['activation'] | null,
    input = this.last,
  ): string {
    const { filters, ...window } = options;
    if (filters === 'depthwise') this.depthwise(`${name}.0`, window, input);
    else this.convolution(`${name}.0`, { ...window, filters }, input);
    this.batchNorm(`${name}.1`);
    return activation === null ? this.last : this.activation(`${name}.2`, activation);
  }
}

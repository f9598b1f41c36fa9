import type { BatchNormLayer, ExplicitPadding, Initializer, Layer, OwnActivation, Padding } from '../layer.ts';

/** Keras' initialiser of kernels that are given none. */
export const GLOROT: Initializer = { kind: 'glorotUniform' };

export interface ConvolutionOptions {
  /** Height and width of the kernel, or both in this order; 1 where it is left out. */
  readonly size?: number | readonly [number, number];
  readonly stride?: number;
  /** `same` where it is left out. */
  readonly padding?: Padding;
  readonly useBias?: boolean;
  readonly initializer?: Initializer;
}

type Unplaced<Each> = Each extends Layer ? Omit<Each, 'name' | 'inputs' | 'block'> : never;

/**
 * Collects a network's layers, each upon the last one where it is not told otherwise; each method gives the name of the layer
 * that it adds.
 */
export class LayerList {
  readonly layers: Layer[];
  /** As BatchNorms of this network are. */
  readonly #batchNorm: Omit<BatchNormLayer, 'name' | 'inputs' | 'block'>;
  readonly #counts = new Map<string, number>();
  #block = 'input';

  /** @param size height and width of the input */
  constructor(size: number, batchNorm: Partial<Omit<BatchNormLayer, 'kind' | 'name' | 'inputs' | 'block'>> = {}) {
    this.layers = [{ kind: 'input', shape: [size, size, 3], name: 'input_1', inputs: [], block: this.#block }];
    this.#batchNorm = { kind: 'batchNorm', epsilon: 1e-3, momentum: 0.99, scale: true, center: true, ...batchNorm };
  }

  /** What comes from now on is of this block. */
  startBlock(block: string): void {
    this.#block = block;
  }

  get last(): string {
    return this.layers.at(-1)?.name ?? '';
  }

  /** As Keras names layers without a name: by kind, counted from the first. */
  automatic(kind: string): string {
    const count = this.#counts.get(kind) ?? 0;
    this.#counts.set(kind, count + 1);
    return count === 0 ? kind : `${kind}_${count}`;
  }

  add(name: string, layer: Unplaced<Layer>, inputs: readonly string[] = [this.last]): string {
    this.layers.push({ ...layer, name, inputs, block: this.#block });
    return name;
  }

  conv2d(
    name: string,
    options: ConvolutionOptions & { readonly filters: number; readonly activation?: OwnActivation },
    input = this.last,
  ): string {
    const { filters, activation } = options;
    const layer = { ...kernelOf(options), kind: 'conv2d', filters, ...(activation && { activation }) } as const;
    return this.add(name, layer, [input]);
  }

  depthwiseConv2d(name: string, options: ConvolutionOptions, input = this.last): string {
    return this.add(name, { ...kernelOf(options), kind: 'depthwiseConv2d', depthMultiplier: 1 }, [input]);
  }

  separableConv2d(name: string, options: ConvolutionOptions & { readonly filters: number }, input = this.last): string {
    const { filters } = options;
    return this.add(name, { ...kernelOf(options), kind: 'separableConv2d', filters, depthMultiplier: 1 }, [input]);
  }

  batchNorm(name: string, input = this.last): string {
    return this.add(name, this.#batchNorm, [input]);
  }

  activation(name: string, activation: OwnActivation, input = this.last): string {
    return this.add(name, { kind: 'activation', activation }, [input]);
  }

  zeroPadding(name: string, padding: number | ExplicitPadding, input = this.last): string {
    const sides =
      typeof padding === 'number' ? { top: padding, bottom: padding, left: padding, right: padding } : padding;
    return this.add(name, { kind: 'zeroPadding2d', padding: sides }, [input]);
  }

  maxPool(
    name: string,
    options: { readonly size: number; readonly stride: number; readonly padding?: 'same' | 'valid' },
    input = this.last,
  ): string {
    const { size, stride, padding = 'valid' } = options;
    const window = { poolSize: [size, size], strides: [stride, stride], padding } as const;
    return this.add(name, { kind: 'maxPool2d', ...window }, [input]);
  }

  averagePool(
    name: string,
    options: { readonly size: number; readonly stride: number; readonly padding?: 'same' | 'valid' },
    input = this.last,
  ): string {
    const { size, stride, padding = 'valid' } = options;
    const window = { poolSize: [size, size], strides: [stride, stride], padding } as const;
    return this.add(name, { kind: 'averagePool2d', ...window }, [input]);
  }

  /** The mean of each channel; `keepDimensions` as an image of one pixel. */
  globalAveragePool(name: string, options: { readonly keepDimensions: boolean }, input = this.last): string {
    return this.add(name, { kind: 'globalAveragePooling2d', ...options }, [input]);
  }
}

function kernelOf({
  size = 1,
  stride = 1,
  padding = 'same',
  useBias = false,
  initializer = GLOROT,
}: ConvolutionOptions) {
  const kernelSize: readonly [number, number] = typeof size === 'number' ? [size, size] : size;
  const strides: readonly [number, number] = [stride, stride];
  return { kernelSize, strides, padding, useBias, kernelInitializer: initializer } as const;
}

/**
 * The zeros before a kernel that takes every other pixel, where Keras pads an image by hand: as many on both sides of an odd
 * size, one less before an even one.
 *
 * @param size height and width of the image
 * @param kernel those of the kernel, which are odd
 */
export function paddingBeforeStride(size: number, kernel: number): ExplicitPadding {
  const after = Math.floor(kernel / 2);
  const before = after - 1 + (size % 2);
  return { top: before, bottom: after, left: before, right: after };
}

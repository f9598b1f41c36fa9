import { LayerList } from './layer-list.ts';

interface ConvolutionOptions {
  readonly stride?: number;
  readonly padding?: 'same' | 'valid';
}

/** [filters, rows, columns] of a convolution, and what is not usual of it. */
type Convolution = readonly [filters: number, rows: number, columns: number, options?: ConvolutionOptions];

/** A window that takes every other pixel, and none beyond the image. */
export const REDUCING: ConvolutionOptions = { stride: 2, padding: 'valid' };

/** The parts that Inception networks are made of; each method gives the name of the layer that ends what it adds. */
export class InceptionLayers extends LayerList {
  /** @param size height and width of the input */
  constructor(size: number) {
    // Without gamma: the activation after it is ReLU, and the next convolution can scale.
    super(size, { scale: false });
  }

  /** Convolutions one after the other, each with BatchNorm and ReLU. */
  convolutions(input: string, ...convolutions: readonly Convolution[]): string {
    return convolutions.reduce((below, [filters, rows, columns, options]) => {
      this.conv2d(this.automatic('conv2d'), { filters, size: [rows, columns], ...options }, below);
      this.batchNorm(this.automatic('batch_normalization'));
      return this.activation(this.automatic('activation'), 'relu');
    }, input);
  }

  /** The largest of three by three pixels, at every other one. */
  reduce(input: string): string {
    return this.maxPool(this.automatic('max_pooling2d'), { size: 3, stride: 2 }, input);
  }

  /** The mean of three by three pixels, then a convolution of one pixel. */
  pooledConvolution(input: string, filters: number): string {
    const pooling = { size: 3, stride: 1, padding: 'same' } as const;
    return this.convolutions(this.averagePool(this.automatic('average_pooling2d'), pooling, input), [filters, 1, 1]);
  }

  join(inputs: readonly string[], name = this.automatic('concatenate')): string {
    return this.add(name, { kind: 'concatenate' }, inputs);
  }
}

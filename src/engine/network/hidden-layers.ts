import type { HeadDesign, HiddenLayer } from '../../shared/contract/head-design.ts';
import type { Initializer, Layer } from './layer.ts';

/** Keras' defaults. */
const BATCH_NORM = { epsilon: 1e-3, momentum: 0.99, scale: true, center: true } as const;
const TRUNCATED_DEVIATION = 0.05;

/** Keras' initialisers by what they are made of (https://keras.io/api/layers/initializers/). */
export function headInitializer({
  initializer,
  standardDeviation,
}: Pick<HeadDesign, 'initializer' | 'standardDeviation'>): Initializer {
  switch (initializer) {
    case 'glorotNormal':
      return { kind: 'varianceScaling', scale: 1, mode: 'fanAverage', distribution: 'truncatedNormal' };
    case 'heUniform':
      return { kind: 'varianceScaling', scale: 2, mode: 'fanIn', distribution: 'uniform' };
    case 'lecunNormal':
      return { kind: 'varianceScaling', scale: 1, mode: 'fanIn', distribution: 'truncatedNormal' };
    case 'truncatedNormal':
      return { kind: initializer, standardDeviation: standardDeviation ?? TRUNCATED_DEVIATION };
    case 'glorotUniform':
    case 'heNormal':
    case 'zeros':
      return { kind: initializer };
  }
}

/**
 * The layers that a hidden one of a head becomes: itself, BatchNorm, activation and dropout, as far as it has them.
 *
 * @param name of the first; the others are called after it
 * @param input the layer that it stands on
 */
export function hiddenLayers(
  hidden: HiddenLayer,
  name: string,
  input: string,
  kernelInitializer: Initializer,
): readonly Layer[] {
  const { activation, batchNorm, dropout } = hidden;
  const block = 'head';
  // A BatchNorm shifts by itself, so that a bias below it would learn nothing; its activation comes after it.
  const own = batchNorm || activation === 'linear' ? {} : { activation };
  const base = { ...own, useBias: !batchNorm, kernelInitializer, name, inputs: [input], block };
  const layers: Layer[] = [
    hidden.kind === 'dense'
      ? { kind: 'dense', units: hidden.units, ...base }
      : { kind: 'conv2d', filters: hidden.filters, kernelSize: [3, 3], strides: [1, 1], padding: 'same', ...base },
  ];
  const placed = (
    suffix: string,
  ): { readonly name: string; readonly inputs: readonly string[]; readonly block: string } => ({
    name: `${name}_${suffix}`,
    inputs: [layers.at(-1)?.name ?? input],
    block,
  });
  if (batchNorm) layers.push({ kind: 'batchNorm', ...BATCH_NORM, ...placed('batch_norm') });
  if (batchNorm && activation !== 'linear') layers.push({ kind: 'activation', activation, ...placed('activation') });
  if (dropout > 0) layers.push({ kind: 'dropout', rate: dropout, ...placed('dropout') });
  return layers;
}

import type { Layer } from './layer.ts';

/**
 * The published classifier of ResNets and Inceptions: pooling and a dense layer. It gives logits, the softmax being the
 * loss's or the reader's.
 */
export function denseTop(input: string, classes: number): readonly Layer[] {
  return [
    { kind: 'globalAveragePooling2d', keepDimensions: false, name: 'avg_pool', inputs: [input], block: 'pooling' },
    {
      kind: 'dense',
      units: classes,
      useBias: true,
      kernelInitializer: { kind: 'glorotUniform' },
      name: 'predictions',
      inputs: ['avg_pool'],
      block: 'top',
    },
  ];
}

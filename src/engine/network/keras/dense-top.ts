import type { Layer } from '../layer.ts';

/**
 * The published classifier of most families: pooling and a dense layer. It gives logits, the softmax being the loss's or
 * the reader's.
 *
 * @param pooling the name of the pooling layer
 */
export function denseTop(input: string, classes: number, pooling = 'avg_pool'): readonly Layer[] {
  return [
    { kind: 'globalAveragePooling2d', keepDimensions: false, name: pooling, inputs: [input], block: 'pooling' },
    {
      kind: 'dense',
      units: classes,
      useBias: true,
      kernelInitializer: { kind: 'glorotUniform' },
      name: 'predictions',
      inputs: [pooling],
      block: 'top',
    },
  ];
}

import type { Layer, Network } from './layer.ts';
import { layerShapes } from './shape.ts';

/** The layer whose output is the new classifier's logits. */
export const LOGITS_LAYER = 'logits';

/**
 * Puts a new classifier on a network without top: global average pooling, dropout where asked for, and a dense layer of
 * one logit a class.
 *
 * @param options.dropout share of the pooled features dropped while training, in [0, 1); 0 adds no layer
 */
export function withHead(base: Network, options: { readonly classes: number; readonly dropout: number }): Network {
  const layers: Layer[] = [...base.layers];
  let input = base.output;
  if (layerShapes(base).get(input)?.length === 3) {
    layers.push({
      kind: 'globalAveragePooling2d',
      keepDimensions: false,
      name: 'pooling',
      inputs: [input],
      block: 'pooling',
    });
    input = 'pooling';
  }
  if (options.dropout > 0) {
    layers.push({ kind: 'dropout', rate: options.dropout, name: 'dropout', inputs: [input], block: 'head' });
    input = 'dropout';
  }
  layers.push({
    kind: 'dense',
    units: options.classes,
    useBias: true,
    kernelInitializer: { kind: 'glorotUniform' },
    name: LOGITS_LAYER,
    inputs: [input],
    block: 'head',
  });
  return { ...base, layers, output: LOGITS_LAYER };
}

import type { Head } from '../../shared/contract/plan.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { Layer, Network } from './layer.ts';
import { layerShapes } from './shape.ts';

/** The layer whose output is the new classifier's logits. */
export const LOGITS_LAYER = 'logits';

/** @throws ThawError `usage.invalid` for a sigmoid over more or fewer than two classes */
function logitCount(classes: number, head: Head): number {
  if (head === 'softmax') return classes;
  if (classes === 2) return 1;
  throw new ThawError(
    'usage.invalid',
    `A sigmoid head tells two classes apart; this dataset has ${classes}.`,
    'Choose the softmax head, which takes any number of classes.',
  );
}

/**
 * Puts a new classifier on a network without top: global average pooling, dropout where asked for, and a dense layer of
 * one logit a class, or of a single one, the second class's, for a sigmoid.
 *
 * @param options.dropout share of the pooled features dropped while training, in [0, 1); 0 adds no layer
 * @param options.head `softmax` where it is left out
 * @throws ThawError `usage.invalid` for a sigmoid over more or fewer than two classes
 */
export function withHead(
  base: Network,
  options: { readonly classes: number; readonly dropout: number; readonly head?: Head },
): Network {
  const units = logitCount(options.classes, options.head ?? 'softmax');
  const layers: Layer[] = [...base.layers];
  const taken = new Set(layers.map(({ name }) => name));
  // Whole models from elsewhere may have a layer of that name below.
  const free = (name: string): string => (taken.has(name) ? `head_${name}` : name);
  let input = base.output;
  if (layerShapes(base).get(input)?.length === 3) {
    layers.push({
      kind: 'globalAveragePooling2d',
      keepDimensions: false,
      name: free('pooling'),
      inputs: [input],
      block: 'pooling',
    });
    input = free('pooling');
  }
  if (options.dropout > 0) {
    layers.push({ kind: 'dropout', rate: options.dropout, name: free('dropout'), inputs: [input], block: 'head' });
    input = free('dropout');
  }
  layers.push({
    kind: 'dense',
    units,
    useBias: true,
    kernelInitializer: { kind: 'glorotUniform' },
    name: LOGITS_LAYER,
    inputs: [input],
    block: 'head',
  });
  return { ...base, layers, output: LOGITS_LAYER };
}

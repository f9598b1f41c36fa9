import { type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { cast } from './cast.ts';
import { expectShape } from './expect-shape.ts';

/**
 * For each example 1 when its highest logit is that of its label, otherwise 0. Of equal logits the first counts.
 *
 * @param logits [batch, classes]
 * @param labels int32 [batch]
 * @returns float32 [batch]
 * @throws ThawError `graph.invalid` when the shapes do not fit
 */
export function correctPredictions(graph: Graph, name: string, logits: Tensor, labels: Tensor): Tensor {
  expectShape(
    name,
    logits.shape.length === 2 && labels.shape.length === 1 && labels.dtype === 'int32',
    'logits of [batch, classes] and int32 labels of [batch]',
    logits,
    labels,
  );
  const predicted = graph.single({
    op: 'ArgMax',
    name: `${name}/predicted`,
    inputs: [logits, graph.constant(`${name}/axis`, 'int32', [], 1)],
    attributes: { T: type(logits.dtype), Tidx: type('int32'), output_type: type('int32') },
    outputs: [labels],
  });
  const equal = graph.single({
    op: 'Equal',
    name: `${name}/equal`,
    inputs: [predicted, labels],
    attributes: { T: type('int32') },
    outputs: [{ dtype: 'bool', shape: labels.shape }],
  });
  return cast(graph, name, equal, 'float32');
}

import { type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { expectShape } from './expect-shape.ts';
import { reshape } from './reshape.ts';

/**
 * -log(softmax(logits)[label]) of each example, computed stably from the logits.
 *
 * @param logits [batch, classes]
 * @param labels int32 [batch], in [0, classes)
 * @returns [batch]
 * @throws ThawError `graph.invalid` when the shapes do not fit
 */
export function softmaxCrossEntropy(graph: Graph, name: string, logits: Tensor, labels: Tensor): Tensor {
  const [batch = 0] = logits.shape;
  expectShape(
    name,
    logits.shape.length === 2 && labels.shape.length === 1 && labels.dtype === 'int32',
    'logits of [batch, classes] and int32 labels of [batch]',
    logits,
    labels,
  );
  const [losses, byLogits] = graph.node({
    op: 'SparseSoftmaxCrossEntropyWithLogits',
    name,
    inputs: [logits, labels],
    attributes: { T: type(logits.dtype), Tlabels: type('int32') },
    outputs: [{ dtype: logits.dtype, shape: [batch] }, logits],
    backward: ([gradient]) => {
      if (!gradient || !byLogits) return [null, null];
      const scope = `gradients/${name}`;
      const scaled = graph.single({
        op: 'Mul',
        name: scope,
        inputs: [reshape(graph, `${scope}/column`, gradient, [-1, 1]), byLogits],
        attributes: { T: type(logits.dtype) },
        outputs: [logits],
      });
      return [scaled, null];
    },
  });
  if (!losses) throw new TypeError(`'${name}' has no output.`);
  return losses;
}

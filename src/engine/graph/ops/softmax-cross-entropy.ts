import { type, type Attribute } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { expectShape } from './expect-shape.ts';
import { reshape } from './reshape.ts';

/** An op that gives the losses and, with them, their gradients by the logits. */
function crossEntropy(
  graph: Graph,
  name: string,
  op: string,
  logits: Tensor,
  targets: Tensor,
  own: Readonly<Record<string, Attribute>> = {},
): Tensor {
  const [batch = 0] = logits.shape;
  const [losses, byLogits] = graph.node({
    op,
    name,
    inputs: [logits, targets],
    attributes: { T: type(logits.dtype), ...own },
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

/**
 * -log(softmax(logits)[label]) of each example, computed stably from the logits.
 *
 * @param logits [batch, classes]
 * @param labels int32 [batch], in [0, classes)
 * @returns [batch]
 * @throws ThawError `graph.invalid` when the shapes do not fit
 */
export function softmaxCrossEntropy(graph: Graph, name: string, logits: Tensor, labels: Tensor): Tensor {
  expectShape(
    name,
    logits.shape.length === 2 && labels.shape.length === 1 && labels.dtype === 'int32',
    'logits of [batch, classes] and int32 labels of [batch]',
    logits,
    labels,
  );
  const own = { Tlabels: type('int32') };
  return crossEntropy(graph, name, 'SparseSoftmaxCrossEntropyWithLogits', logits, labels, own);
}

/**
 * -sum(target * log(softmax(logits))) of each example, for targets that share 1 among the classes. They are given: no
 * gradient flows to them.
 *
 * @param logits [batch, classes]
 * @param targets [batch, classes], each row adding up to 1
 * @returns [batch]
 * @throws ThawError `graph.invalid` when the shapes do not fit
 */
export function softmaxCrossEntropyOfTargets(graph: Graph, name: string, logits: Tensor, targets: Tensor): Tensor {
  expectShape(
    name,
    logits.shape.length === 2 && targets.shape.join() === logits.shape.join() && targets.dtype === logits.dtype,
    'logits and targets of [batch, classes] and of one type',
    logits,
    targets,
  );
  return crossEntropy(graph, name, 'SoftmaxCrossEntropyWithLogits', logits, targets);
}

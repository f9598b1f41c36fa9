import { type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { cast } from './cast.ts';
import { expectShape } from './expect-shape.ts';
import { reshape } from './reshape.ts';

/**
 * For each example the class of its highest logit; of equal logits the first counts.
 *
 * @param logits [batch, classes]
 * @returns int32 [batch]
 * @throws ThawError `graph.invalid` when the shape does not fit
 */
export function predictedClasses(graph: Graph, name: string, logits: Tensor): Tensor {
  expectShape(name, logits.shape.length === 2, 'logits of [batch, classes]', logits);
  return graph.single({
    op: 'ArgMax',
    name,
    inputs: [logits, graph.constant(`${name}/axis`, 'int32', [], 1)],
    attributes: { T: type(logits.dtype), Tidx: type('int32'), output_type: type('int32') },
    outputs: [{ dtype: 'int32', shape: [logits.shape[0] ?? -1] }],
  });
}

/**
 * For each example 1, the second of two classes, where its logit is above 0, otherwise 0.
 *
 * @param logits [batch, 1]
 * @returns int32 [batch]
 * @throws ThawError `graph.invalid` when the shape does not fit
 */
export function predictedBinaryClasses(graph: Graph, name: string, logits: Tensor): Tensor {
  expectShape(name, logits.shape.length === 2 && logits.shape[1] === 1, 'logits of [batch, 1]', logits);
  const positive = graph.single({
    op: 'Greater',
    name: `${name}/positive`,
    inputs: [reshape(graph, `${name}/logits`, logits, [-1]), graph.constant(`${name}/zero`, 'float32', [], 0)],
    attributes: { T: type(logits.dtype) },
    outputs: [{ dtype: 'bool', shape: [logits.shape[0] ?? -1] }],
  });
  return cast(graph, name, positive, 'int32');
}

/**
 * For each example 1 when its highest logit is that of its label, otherwise 0. Of equal logits the first counts.
 *
 * @param logits [batch, classes]
 * @param labels int32 [batch]
 * @returns float32 [batch]
 * @throws ThawError `graph.invalid` when the shapes do not fit
 */
export function correctPredictions(graph: Graph, name: string, logits: Tensor, labels: Tensor): Tensor {
  expectLabels(name, labels);
  return equal(graph, name, predictedClasses(graph, `${name}/predicted`, logits), labels);
}

/**
 * For each example 1 when its logit is above 0 and its label 1, or neither, otherwise 0.
 *
 * @param logits [batch, 1]
 * @param labels int32 [batch], 0 or 1
 * @returns float32 [batch]
 * @throws ThawError `graph.invalid` when the shapes do not fit
 */
export function correctBinaryPredictions(graph: Graph, name: string, logits: Tensor, labels: Tensor): Tensor {
  expectLabels(name, labels);
  return equal(graph, name, predictedBinaryClasses(graph, `${name}/predicted`, logits), labels);
}

function expectLabels(name: string, labels: Tensor): void {
  expectShape(name, labels.shape.length === 1 && labels.dtype === 'int32', 'int32 labels of [batch]', labels);
}

function equal(graph: Graph, name: string, predicted: Tensor, labels: Tensor): Tensor {
  const same = graph.single({
    op: 'Equal',
    name: `${name}/equal`,
    inputs: [predicted, labels],
    attributes: { T: type('int32') },
    outputs: [{ dtype: 'bool', shape: labels.shape }],
  });
  return cast(graph, name, same, 'float32');
}

import { int, type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { checkFinite } from './check-finite.ts';

/** TensorFlow's number of the mode whose output is three slots. */
const THREE_SLOTS = 8;
const SLOTS = 3;

/** Which of what is not finite a tensor holds: at each slot 0, or the value itself. */
export const NON_FINITE_SLOTS = ['-Infinity', 'Infinity', 'NaN'] as const;

/**
 * What of each tensor is not finite, in one pass over it (`DebugNumericSummaryV2`, the op behind TensorFlow's own numeric
 * debugger).
 *
 * @returns float32 [tensors, 3], see `NON_FINITE_SLOTS`
 */
export function nonFinite(graph: Graph, name: string, tensors: readonly Tensor[]): Tensor {
  const summaries = tensors.map((tensor, index) =>
    graph.single({
      op: 'DebugNumericSummaryV2',
      name: `${name}/${index}`,
      inputs: [tensor],
      attributes: { T: type(tensor.dtype), output_dtype: type('float32'), tensor_debug_mode: int(THREE_SLOTS) },
      outputs: [{ dtype: 'float32', shape: [SLOTS] }],
    }),
  );
  return pack(graph, name, summaries);
}

/**
 * Its inputs; where a value of any of them is not finite the run fails instead, before anything that is computed from the
 * outputs: all of it happens, or nothing. One look at each tensor with `nonFinite`, which is several times as fast as
 * `CheckNumerics`, whose look at what was found is then one at a few numbers.
 */
export function checkAllFinite(graph: Graph, name: string, inputs: readonly Tensor[], what: string): readonly Tensor[] {
  if (inputs.length === 0) return inputs;
  const found = checkFinite(graph, name, nonFinite(graph, `${name}/found`, inputs), what);
  return inputs.map((input, index) => graph.identity(`${name}/${index}`, input, [found]));
}

/** Tensors of one shape as the rows of one. */
export function pack(graph: Graph, name: string, tensors: readonly Tensor[]): Tensor {
  const [first] = tensors;
  if (!first) return graph.constant(name, 'float32', [0], []);
  return graph.single({
    op: 'Pack',
    name,
    inputs: tensors,
    attributes: { N: int(tensors.length), T: type(first.dtype), axis: int(0) },
    outputs: [{ dtype: first.dtype, shape: [tensors.length, ...first.shape] }],
  });
}

import { int, type } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';
import { checkFinite } from './check-finite.ts';
import { concatenate } from './concatenate.ts';
import { reshape } from './reshape.ts';

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

/** All values of tensors, one behind the other. A GPU looks at them in one go; hundreds of small looks would take longer. */
function joined(graph: Graph, name: string, tensors: readonly Tensor[]): Tensor {
  const rows = tensors.map((tensor, index) => reshape(graph, `${name}/${index}`, tensor, [1, -1]));
  return concatenate(graph, name, rows);
}

/**
 * Its inputs; where a value of any of them is not finite the run fails instead, before anything that is computed from the
 * outputs: all of it happens, or nothing. One look at each tensor with `nonFinite`, which is several times as fast as
 * `CheckNumerics`, whose look at what was found is then one at a few numbers.
 */
export function checkAllFinite(graph: Graph, name: string, inputs: readonly Tensor[], what: string): readonly Tensor[] {
  if (inputs.length === 0) return inputs;
  const looked = graph.kernels === 'cuDNN' ? [joined(graph, `${name}/joined`, inputs)] : inputs;
  const found = checkFinite(graph, name, nonFinite(graph, `${name}/found`, looked), what);
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

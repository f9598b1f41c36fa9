import { elementCount } from '../network/shape.ts';
import { int, type } from './attribute.ts';
import type { Graph, Operation, Tensor, Variable } from './graph.ts';
import { reshape } from './ops/reshape.ts';

/**
 * Gives variables the values that stand one after the other in a single vector. A feed for each would cost several times
 * as much when the signature is first run.
 *
 * @param values float32 [sum of the variables' elements]
 */
export function assignFromVector(
  graph: Graph,
  scope: string,
  values: Tensor,
  variables: readonly Variable[],
): readonly Operation[] {
  const sizes = variables.map(({ shape }) => elementCount(shape));
  const parts = graph.node({
    op: 'SplitV',
    name: `${scope}/split`,
    inputs: [
      values,
      graph.constant(`${scope}/sizes`, 'int32', [sizes.length], sizes),
      graph.constant(`${scope}/axis`, 'int32', [], 0),
    ],
    attributes: { T: type('float32'), Tlen: type('int32'), num_split: int(sizes.length) },
    outputs: sizes.map((size) => ({ dtype: 'float32', shape: [size] })),
  });
  return variables.flatMap((variable, index) => {
    const part = parts[index];
    if (!part) return [];
    return [graph.assign(variable, reshape(graph, `${scope}/${variable.name}`, part, variable.shape))];
  });
}

/** The values of `names`, one after the other. */
export function concatenated(names: readonly string[], values: ReadonlyMap<string, Float32Array>): Float32Array {
  const arrays = names.map((name) => {
    const array = values.get(name);
    if (!array) throw new TypeError(`There is no value of '${name}'.`);
    return array;
  });
  const all = new Float32Array(arrays.reduce((sum, array) => sum + array.length, 0));
  let offset = 0;
  for (const array of arrays) {
    all.set(array, offset);
    offset += array.length;
  }
  return all;
}

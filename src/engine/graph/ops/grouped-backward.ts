import { int, type } from '../attribute.ts';
import type { Backward, Graph, Tensor } from '../graph.ts';
import { concatenate } from './concatenate.ts';

/** Equal parts of the last dimension. */
function parts(graph: Graph, name: string, whole: Tensor, count: number): readonly Tensor[] {
  const shape = [...whole.shape.slice(0, -1), (whole.shape.at(-1) ?? 0) / count];
  return graph.node({
    op: 'Split',
    name,
    inputs: [graph.constant(`${name}/axis`, 'int32', [], whole.shape.length - 1), whole],
    attributes: { T: type(whole.dtype), num_split: int(count) },
    outputs: Array.from({ length: count }, () => ({ dtype: whole.dtype, shape })),
  });
}

/**
 * The gradients of a convolution in groups, which TensorFlow has no kernels for on a CPU: those of each group, side by side.
 *
 * @param backwardOf the gradients of one group's convolution, by its name, input and filter
 */
export function groupedBackward(
  graph: Graph,
  name: string,
  { input, filter, groups }: { readonly input: Tensor; readonly filter: Tensor; readonly groups: number },
  backwardOf: (name: string, input: Tensor, filter: Tensor) => Backward,
): Backward {
  const scope = `gradients/${name}`;
  return ([gradient], needed) => {
    if (!gradient) return [null, null];
    const inputs = parts(graph, `${scope}/inputs`, input, groups);
    const filters = parts(graph, `${scope}/filters`, filter, groups);
    const results = parts(graph, `${scope}/gradients`, gradient, groups).map((part, group) => {
      const [ownInput, ownFilter] = [inputs[group], filters[group]];
      if (!ownInput || !ownFilter) throw new TypeError(`'${name}' has no group ${group}.`);
      return backwardOf(`${name}/group_${group}`, ownInput, ownFilter)([part], needed);
    });
    const joined = (position: 0 | 1, suffix: string): Tensor | null =>
      needed[position] === true
        ? concatenate(
            graph,
            `${scope}/${suffix}`,
            results.flatMap((result) => result[position] ?? []),
          )
        : null;
    return [joined(0, 'input'), joined(1, 'filter')];
  };
}

import { types } from '../attribute.ts';
import type { Graph, Operation, Tensor, Variable } from '../graph.ts';

/**
 * Writes a native checkpoint: `<prefix>.index` and `<prefix>.data-00000-of-00001`.
 *
 * @param prefix string []
 * @param entries usually variables, by the names that they have in the checkpoint
 */
export function save(
  graph: Graph,
  name: string,
  prefix: Tensor,
  entries: readonly { readonly name: string; readonly value: Tensor }[],
): Operation {
  const [names, slices] = namesAndSlices(graph, name, entries);
  return graph.operation({
    op: 'SaveV2',
    name,
    inputs: [prefix, names, slices, ...entries.map(({ value }) => value)],
    attributes: { dtypes: types(entries.map(({ value }) => value.dtype)) },
  });
}

/**
 * Reads variables from a native checkpoint.
 *
 * @param prefix string []
 * @returns the assignments, to be run together
 */
export function restore(
  graph: Graph,
  name: string,
  prefix: Tensor,
  variables: readonly Variable[],
): readonly Operation[] {
  const values = readCheckpoint(graph, name, prefix, variables);
  return variables.flatMap((variable, index) => {
    const value = values[index];
    return value ? [graph.assign(variable, value)] : [];
  });
}

/** The values that a native checkpoint holds for variables, which stay as they are. */
export function readCheckpoint(
  graph: Graph,
  name: string,
  prefix: Tensor,
  variables: readonly Variable[],
): readonly Tensor[] {
  const [names, slices] = namesAndSlices(graph, name, variables);
  return graph.node({
    op: 'RestoreV2',
    name,
    inputs: [prefix, names, slices],
    attributes: { dtypes: types(variables.map(({ dtype }) => dtype)) },
    outputs: variables,
  });
}

/** An empty slice is the whole tensor. */
function namesAndSlices(
  graph: Graph,
  name: string,
  entries: readonly { readonly name: string }[],
): readonly [Tensor, Tensor] {
  const texts = (suffix: string, values: readonly string[]): Tensor =>
    graph.constant(`${name}/${suffix}`, 'string', [values.length], values);
  return [
    texts(
      'names',
      entries.map((entry) => entry.name),
    ),
    texts(
      'slices',
      entries.map(() => ''),
    ),
  ];
}

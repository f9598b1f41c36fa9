import { nodeOf, outputOf, tensorLeaf, type ForeignGraph } from '../../network/foreign/foreign-graph.ts';
import type { Attribute } from '../attribute.ts';
import type { Graph, Tensor } from '../graph.ts';

/** How many outputs of each node are read by others, or are the graph's own. */
function outputCounts({ nodes, output }: ForeignGraph): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const reference of [...nodes.flatMap(({ inputs }) => inputs), output]) {
    const node = nodeOf(reference);
    counts.set(node, Math.max(counts.get(node) ?? 1, outputOf(reference) + 1));
  }
  return counts;
}

/**
 * A graph from elsewhere, node by node. No gradient goes through it.
 *
 * @param weightOf the value of one of its tensors, by its name within the layer
 * @param shape of its output, batch left out
 */
export function foreignGraph(
  graph: Graph,
  name: string,
  input: Tensor,
  foreign: ForeignGraph,
  weightOf: (leaf: string) => Tensor,
  shape: readonly number[],
): Tensor {
  const counts = outputCounts(foreign);
  const outputs = new Map<string, readonly Tensor[]>();
  for (const { node } of foreign.tensors) outputs.set(node, [weightOf(tensorLeaf(node))]);
  const find = (reference: string): Tensor => {
    if (nodeOf(reference) === nodeOf(foreign.input) && outputOf(reference) === outputOf(foreign.input)) return input;
    const found = outputs.get(nodeOf(reference))?.[outputOf(reference)];
    if (!found) throw new TypeError(`The graph has no '${reference}'.`);
    return found;
  };
  for (const node of foreign.nodes) {
    const attributes = Object.entries(node.attributes).map(([key, bytes]): [string, Attribute] => [
      key,
      { kind: 'encoded', value: Buffer.from(bytes, 'base64') },
    ]);
    const made = graph.node({
      op: node.op,
      name: `${name}/${node.name}`,
      inputs: node.inputs.map(find),
      attributes: Object.fromEntries(attributes),
      // Types and shapes between two of its nodes are TensorFlow's to tell; nothing of ours reads them.
      outputs: Array.from({ length: counts.get(node.name) ?? 1 }, () => ({ dtype: 'float32', shape: [] })),
    });
    outputs.set(node.name, made);
  }
  const output = find(foreign.output);
  return graph.single({
    op: 'Identity',
    name: `${name}/output`,
    inputs: [output],
    attributes: { T: { kind: 'type', value: 'float32' } },
    outputs: [{ dtype: 'float32', shape: [-1, ...shape] }],
  });
}

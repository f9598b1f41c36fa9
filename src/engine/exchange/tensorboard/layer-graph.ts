import type { Network } from '../../network/layer.ts';
import { layerShapes } from '../../network/shape.ts';
import { encodeGraph } from './messages.ts';

/** How a layer stands in the graph: a block becomes a group that TensorBoard folds and opens. */
function nodeName(layer: string, block: string): string {
  const plain = (text: string): string => text.replaceAll(/[^A-Za-z0-9_.\-]/g, '_').replace(/^[^A-Za-z0-9.]/, '.');
  return block === '' || block === layer ? plain(layer) : `${plain(block)}/${plain(layer)}`;
}

/**
 * A network as TensorBoard's graph: a node a layer with its kind, what feeds it, the shape of its output and whether a run
 * froze it.
 *
 * @param states by layer; a layer without one has no such attribute
 * @returns a `GraphDef`, encoded
 */
export function layerGraph(network: Network, states: ReadonlyMap<string, string>): Uint8Array {
  const shapes = layerShapes(network);
  const names = new Map(network.layers.map(({ name, block }) => [name, nodeName(name, block)]));
  return encodeGraph({
    node: network.layers.map(({ name, kind, inputs }) => {
      const state = states.get(name);
      const dim = [-1, ...(shapes.get(name) ?? [])].map((size) => ({ size }));
      return {
        name: names.get(name) ?? name,
        op: kind,
        input: inputs.map((input) => names.get(input) ?? input),
        attr: {
          _output_shapes: { list: { shape: [{ dim }] } },
          ...(state !== undefined && { state: { s: Buffer.from(state) } }),
        },
      };
    }),
    versions: { producer: 27 },
  });
}

import { tensor, type } from '../graph/attribute.ts';
import { Graph, type Tensor, type Variable } from '../graph/graph.ts';
import { classProbabilities } from '../graph/loss.ts';
import { lower } from '../graph/lower.ts';
import { normalisedImages } from '../graph/ops/images-from-bytes.ts';
import type { Signature } from '../graph/saved-model.ts';
import { networkTensors } from '../network/shape.ts';
import type { ExportedNetwork } from './exported-network.ts';

/** What goes into an exported graph and what comes out of it, by the names that its nodes have. */
export const GRAPH_NAMES = { images: 'images', logits: 'logits', probabilities: 'probabilities' } as const;

export interface FrozenGraph {
  readonly graph: Graph;
  /** {images}: `logits` as the network gives them, and `probabilities` [batch, classes] */
  readonly signature: Signature;
}

function constantOf(graph: Graph, name: string, shape: readonly number[], values: Float32Array): Variable {
  const value = graph.single({
    op: 'Const',
    name,
    attributes: { dtype: type('float32'), value: tensor({ dtype: 'float32', shape, values }) },
    outputs: [{ dtype: 'float32', shape }],
  });
  return { name, shape, dtype: 'float32', handle: value, value };
}

/**
 * A network with its weights as constants, from pixels to probabilities: what a frozen `.pb` holds. BatchNorms stay what they
 * are: runtimes fold them, and the tensors keep the names and values that the run's checkpoint has.
 *
 * The input, `images`, is float32 [batch, height, width, 3]: red, green and blue from 0 to 255; what makes the network's own
 * input of them is part of the graph.
 */
export function frozenGraph({ network, preprocessing, values }: ExportedNetwork): FrozenGraph {
  const graph = new Graph();
  const { height, width } = preprocessing;
  const images = graph.placeholder(GRAPH_NAMES.images, 'float32', [-1, height, width, 3]);
  const normalised = normalisedImages(graph, 'preprocessing', images, preprocessing);
  const variables = new Map(
    networkTensors(network).map(({ name, shape }) => {
      const own = values.get(name);
      if (!own) throw new TypeError(`There is no value of '${name}'.`);
      return [name, constantOf(graph, `weights/${name}`, shape, own)] as const;
    }),
  );
  const input = network.layers.find((layer) => layer.kind === 'input');
  const { outputs } = lower(network.layers, new Map([[input?.name ?? 'input', normalised]]), {
    graph,
    scope: 'network',
    variables,
    folded: [],
    movingStatistics: new Set(),
    dropoutSeed: null,
    precision: 'float32',
    output: network.output,
  });
  const last = outputs.get(network.output);
  if (!last) throw new TypeError(`The network has no layer '${network.output}'.`);
  const logits: Tensor = graph.identity(GRAPH_NAMES.logits, last);
  const probabilities = graph.identity(
    GRAPH_NAMES.probabilities,
    classProbabilities(graph, 'class_probabilities', logits),
  );
  return { graph, signature: { inputs: { images }, outputs: { logits, probabilities } } };
}

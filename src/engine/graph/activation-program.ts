import type { Layer, Network } from '../network/layer.ts';
import type { Preprocessing } from '../network/preprocessing.ts';
import { networkTensors } from '../network/shape.ts';
import { assignment, type AssignFeed } from './assign.ts';
import { Graph, type Tensor, type Variable } from './graph.ts';
import { lower } from './lower.ts';
import { cast } from './ops/cast.ts';
import { imagesFromBytes } from './ops/images-from-bytes.ts';
import type { Signature } from './saved-model.ts';

/** A network up to one of its layers, nothing folded, nothing learning. */
export interface ActivationProgram {
  readonly graph: Graph;
  readonly signatures: Readonly<Record<string, Signature>>;
  /** The tensors that the layer's output depends on; `assign` takes their values. */
  readonly tensors: readonly Pick<Variable, 'name' | 'shape'>[];
  readonly assignFeeds: (values: ReadonlyMap<string, Float32Array>) => Readonly<Record<string, AssignFeed>>;
}

/** The layer and all below it, in the network's order. */
function ancestors(network: Network, layer: string): readonly Layer[] {
  const wanted = new Set([layer]);
  for (const { name, inputs } of network.layers.toReversed()) {
    if (wanted.has(name)) for (const input of inputs) wanted.add(input);
  }
  return network.layers.filter(({ name }) => wanted.has(name));
}

/**
 * Compiles what it takes to see what a layer gives, as prediction computes it: dropout off, BatchNorm on its moving
 * statistics.
 *
 * - `assign` {see `assignFeeds`}
 * - `activations` {images}: `output` of the layer, float32, of uint8 pixels [batch, height, width, 3] in a string scalar
 * - `of_input` {input}: the same of what the input layer would give, float32
 *
 * @param layer of the network
 */
export function compileActivations(network: Network, layer: string, preprocessing: Preprocessing): ActivationProgram {
  const graph = new Graph();
  const layers = ancestors(network, layer);
  const needed = new Set(layers.map(({ name }) => name));
  const variables = new Map(
    networkTensors(network)
      .filter((tensor) => needed.has(tensor.layer))
      .map(({ name, shape }) => [name, graph.variable(name, shape)]),
  );
  const { height, width, channelOrder, scale, offset } = preprocessing;
  const feed = graph.placeholder('activations/images', 'string', []);
  const input = imagesFromBytes(graph, 'activations/input', feed, {
    height,
    width,
    channels: 3,
    channelOrder,
    scale,
    offset,
  });
  const given = network.layers.find(({ kind }) => kind === 'input')?.name ?? 'input';
  const { outputs } = lower(layers, new Map<string, Tensor>([[given, input]]), {
    graph,
    scope: 'activations',
    variables,
    folded: [],
    movingStatistics: new Set(),
    dropoutSeed: null,
    precision: 'float32',
    output: layer,
  });
  const found = outputs.get(layer);
  if (!found) throw new TypeError(`The network has no layer '${layer}'.`);
  const output = graph.identity('activations/output', cast(graph, 'activations/output/float', found, 'float32'));
  const assignable = [...variables.values()];
  const assigned = assignment(graph, { variables: assignable });
  return {
    graph,
    signatures: {
      ...assigned.signatures,
      activations: { inputs: { images: feed }, outputs: { output } },
      of_input: { inputs: { input }, outputs: { output } },
    },
    tensors: assignable,
    assignFeeds: assigned.feeds,
  };
}

import { tensor, type } from '../graph/attribute.ts';
import { foldBatchNorms, foldedValues, type FoldedConvolution } from '../graph/fold.ts';
import { Graph, type Tensor, type Variable } from '../graph/graph.ts';
import { classProbabilities } from '../graph/loss.ts';
import { lower } from '../graph/lower.ts';
import { normalisedImages } from '../graph/ops/images-from-bytes.ts';
import type { Signature } from '../graph/saved-model.ts';
import { networkTensors } from '../network/shape.ts';
import type { ExportedNetwork } from './exported-network.ts';

/** What goes into an exported graph and what comes out of it, by the names that its nodes have. */
export const GRAPH_NAMES = { images: 'images', logits: 'logits', probabilities: 'probabilities' } as const;

/** A graph with a network's weights as constants, and what it makes of images that are put into it. */
export interface FrozenNetwork {
  readonly graph: Graph;
  /**
   * Writes the network, which reads the weights that all of its copies in the graph share.
   *
   * @param scope put before the names of its nodes
   * @param images float32 [batch, height, width, 3]
   * @returns its logits
   */
  readonly lowered: (scope: string, images: Tensor) => Tensor;
}

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

/** Convolutions with the BatchNorm after each in them, as constants. */
function foldedConstants(graph: Graph, { network, values }: ExportedNetwork): readonly FoldedConvolution[] {
  // The variables that these are found with are none of the exported graph.
  const aside = new Graph();
  const variables = new Map(
    networkTensors(network).map(({ name, shape }) => [name, aside.variable(name, shape)] as const),
  );
  return foldBatchNorms(aside, network.layers, new Set([network.output]), variables).map((fold) => {
    const { kernel, bias } = foldedValues(fold, values);
    return {
      ...fold,
      kernel: constantOf(graph, `weights/${fold.kernel.name}`, fold.kernel.shape, kernel),
      bias: constantOf(graph, `weights/${fold.bias.name}`, fold.bias.shape, bias),
    };
  });
}

/**
 * A network with its weights as constants. BatchNorms stay what they are: runtimes fold them, and the tensors keep the names
 * and values that the run's checkpoint has. With `fold` those after a convolution are part of it, for runtimes that do not.
 */
export function frozenNetwork(
  model: ExportedNetwork,
  { fold = false }: { readonly fold?: boolean } = {},
): FrozenNetwork {
  const { network, preprocessing, values } = model;
  const graph = new Graph();
  const folded = fold ? foldedConstants(graph, model) : [];
  const variables = new Map(
    networkTensors(network).map(({ name, shape }) => {
      const own = values.get(name);
      if (!own) throw new TypeError(`There is no value of '${name}'.`);
      return [name, constantOf(graph, `weights/${name}`, shape, own)] as const;
    }),
  );
  const input = network.layers.find((layer) => layer.kind === 'input');
  const lowered = (scope: string, images: Tensor): Tensor => {
    const normalised = normalisedImages(graph, `${scope}/preprocessing`, images, preprocessing);
    const { outputs } = lower(network.layers, new Map([[input?.name ?? 'input', normalised]]), {
      graph,
      scope,
      variables,
      folded,
      movingStatistics: new Set(),
      dropoutSeed: null,
      precision: 'float32',
      output: network.output,
    });
    const last = outputs.get(network.output);
    if (!last) throw new TypeError(`The network has no layer '${network.output}'.`);
    return last;
  };
  return { graph, lowered };
}

/**
 * A network with its weights as constants, from pixels to probabilities: what a frozen `.pb` holds.
 *
 * The input, `images`, is float32 [batch, height, width, 3]: red, green and blue from 0 to 255; what makes the network's own
 * input of them is part of the graph.
 */
export function frozenGraph(model: ExportedNetwork, options: { readonly fold?: boolean } = {}): FrozenGraph {
  const { graph, lowered } = frozenNetwork(model, options);
  const { height, width } = model.preprocessing;
  const images = graph.placeholder(GRAPH_NAMES.images, 'float32', [-1, height, width, 3]);
  const logits = graph.identity(GRAPH_NAMES.logits, lowered('network', images));
  const probabilities = graph.identity(
    GRAPH_NAMES.probabilities,
    classProbabilities(graph, 'class_probabilities', logits),
  );
  return { graph, signature: { inputs: { images }, outputs: { logits, probabilities } } };
}

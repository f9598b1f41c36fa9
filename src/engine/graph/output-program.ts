import type { Network } from '../network/layer.ts';
import { elementCount, layerShapes, networkTensors } from '../network/shape.ts';
import { assignment, type AssignFeed } from './assign.ts';
import { foldBatchNorms } from './fold.ts';
import { Graph } from './graph.ts';
import { lower } from './lower.ts';
import type { Signature } from './saved-model.ts';

/** A network of which the outputs of many layers are wanted at once. */
export interface OutputProgram {
  readonly graph: Graph;
  readonly signatures: Readonly<Record<string, Signature>>;
  /** The layers that each signature gives but those that assign, by the signature's name. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
  readonly assignFeeds: (values: ReadonlyMap<string, Float32Array>) => Readonly<Record<string, AssignFeed>>;
}

export interface OutputOptions {
  /** Whether BatchNorms are folded into the convolutions before them, as they are in a frozen part. */
  readonly fold: boolean;
  /** The layers whose outputs are wanted; of what is folded away nothing is given. */
  readonly layers: readonly string[];
  /** About how many values a signature may give of an image. */
  readonly valuesAtOnce: number;
}

/** Layers in groups that give few enough values, each at least one. */
function grouped(network: Network, layers: readonly string[], valuesAtOnce: number): string[][] {
  const shapes = layerShapes(network);
  const groups: string[][] = [];
  let room = 0;
  for (const layer of layers) {
    const values = elementCount(shapes.get(layer) ?? []);
    if (groups.length === 0 || values > room) {
      groups.push([]);
      room = valuesAtOnce;
    }
    groups.at(-1)?.push(layer);
    room -= values;
  }
  return groups;
}

/**
 * Compiles a network as prediction computes it: dropout off, BatchNorm on its moving statistics, float32.
 *
 * - `assign` {see `assignFeeds`}
 * - one signature for each of `groups` {images}: the outputs of its layers, of float32 [batch, height, width, 3]
 */
export function compileOutputs(network: Network, { fold, layers, valuesAtOnce }: OutputOptions): OutputProgram {
  const graph = new Graph();
  const variables = new Map(networkTensors(network).map(({ name, shape }) => [name, graph.variable(name, shape)]));
  const input = network.layers.find((layer) => layer.kind === 'input');
  if (!input) throw new TypeError(`Network '${network.name}' has no input.`);
  const folded = foldBatchNorms(graph, fold ? network.layers : [], new Set(), variables);
  const foldedAway = new Set(folded.map(({ convolution }) => convolution.name));
  const images = graph.placeholder('outputs/images', 'float32', [-1, ...input.shape]);
  const { outputs } = lower(network.layers, new Map([[input.name, images]]), {
    graph,
    scope: 'outputs',
    variables,
    folded,
    movingStatistics: new Set(),
    dropoutSeed: null,
    precision: 'float32',
    output: '',
  });
  const wanted = layers.filter((layer) => !foldedAway.has(layer));
  const groups = new Map(grouped(network, wanted, valuesAtOnce).map((group, index) => [`outputs_${index}`, group]));
  const assigned = assignment(graph, { variables: [...variables.values()], folded });
  const signatures: Record<string, Signature> = { ...assigned.signatures };
  for (const [signature, group] of groups) {
    const own = group.flatMap((layer) => {
      const output = outputs.get(layer);
      return output ? [[layer, output] as const] : [];
    });
    signatures[signature] = { inputs: { images }, outputs: Object.fromEntries(own) };
  }
  return {
    graph,
    signatures,
    groups,
    assignFeeds: assigned.feeds,
  };
}

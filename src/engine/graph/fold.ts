import type { BatchNormLayer, Conv2dLayer, DepthwiseConv2dLayer, Layer } from '../network/layer.ts';
import { type } from './attribute.ts';
import type { Graph, Operation, Tensor, Variable } from './graph.ts';
import { reshape } from './ops/reshape.ts';

/** A convolution with the BatchNorm after it, as one convolution with a bias. */
export interface FoldedVariables {
  /** The name of the BatchNorm that is taken in. */
  readonly batchNorm: string;
  readonly kernel: Variable;
  readonly bias: Variable;
}

interface Pair {
  readonly convolution: Conv2dLayer | DepthwiseConv2dLayer;
  readonly batchNorm: BatchNormLayer;
}

/**
 * Finds the frozen BatchNorms that can be folded exactly: their only input is a frozen convolution that nothing else reads.
 *
 * @param layers the frozen part
 * @param keep layers whose own output is needed (the cut's edges)
 */
function foldablePairs(layers: readonly Layer[], keep: ReadonlySet<string>): readonly Pair[] {
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const readers = new Map<string, number>();
  for (const layer of layers) for (const name of layer.inputs) readers.set(name, (readers.get(name) ?? 0) + 1);
  return layers.flatMap((layer) => {
    if (layer.kind !== 'batchNorm') return [];
    const convolution = byName.get(layer.inputs[0] ?? '');
    if (convolution?.kind !== 'conv2d' && convolution?.kind !== 'depthwiseConv2d') return [];
    if (readers.get(convolution.name) !== 1 || keep.has(convolution.name)) return [];
    return [{ convolution, batchNorm: layer }];
  });
}

/**
 * Makes the variables of the folded convolutions. They are float32 variables, not constants: the runtime fuses a
 * convolution, its bias and its activation also when the filter is read from a variable, and constants only cost memory.
 *
 * @returns the variables by convolution, and `refresh`, which computes them from the network's own after these changed
 */
export function foldBatchNorms(
  graph: Graph,
  layers: readonly Layer[],
  keep: ReadonlySet<string>,
  variables: ReadonlyMap<string, Variable>,
): {
  readonly folded: ReadonlyMap<string, FoldedVariables>;
  readonly refresh: (scope: string, controls: readonly Operation[]) => readonly Operation[];
} {
  const pairs = foldablePairs(layers, keep);
  const folded = new Map<string, FoldedVariables>();
  for (const { convolution, batchNorm } of pairs) {
    const kernel = variables.get(kernelName(convolution));
    if (!kernel) throw new TypeError(`The program has no variable '${kernelName(convolution)}'.`);
    const channels = convolution.kind === 'conv2d' ? kernel.shape[3] : (kernel.shape[2] ?? 0) * (kernel.shape[3] ?? 0);
    folded.set(convolution.name, {
      batchNorm: batchNorm.name,
      kernel: graph.variable(`folded/${kernelName(convolution)}`, kernel.shape),
      bias: graph.variable(`folded/${convolution.name}/bias`, [channels ?? 0]),
    });
  }

  const refresh = (scope: string, controls: readonly Operation[]): readonly Operation[] =>
    pairs.flatMap((pair) => {
      const target = folded.get(pair.convolution.name);
      return target ? foldPair(graph, `${scope}/fold/${pair.convolution.name}`, pair, target, variables, controls) : [];
    });
  return { folded, refresh };
}

function kernelName(layer: Conv2dLayer | DepthwiseConv2dLayer): string {
  return `${layer.name}/${layer.kind === 'conv2d' ? 'kernel' : 'depthwise_kernel'}`;
}

/** kernel * s and beta + (bias - mean) * s with s = gamma / sqrt(variance + epsilon), channel by channel. */
function foldPair(
  graph: Graph,
  scope: string,
  { convolution, batchNorm }: Pair,
  target: FoldedVariables,
  variables: ReadonlyMap<string, Variable>,
  controls: readonly Operation[],
): readonly Operation[] {
  const read = (name: string): Tensor | null => {
    const variable = variables.get(name);
    return variable ? graph.read(variable, `${scope}/read`, controls) : null;
  };
  const required = (name: string): Tensor => {
    const value = read(name);
    if (!value) throw new TypeError(`The program has no variable '${name}'.`);
    return value;
  };
  const elementwise = (op: string, a: Tensor, b?: Tensor, shape = a.shape): Tensor =>
    graph.single({
      op,
      name: `${scope}/${op}`,
      inputs: b ? [a, b] : [a],
      attributes: { T: type('float32') },
      outputs: [{ dtype: 'float32', shape }],
    });
  const variance = required(`${batchNorm.name}/moving_variance`);
  const epsilon = graph.constant(`${scope}/epsilon`, 'float32', [], batchNorm.epsilon);
  const inverse = elementwise('Rsqrt', elementwise('AddV2', variance, epsilon));
  const gamma = batchNorm.scale ? required(`${batchNorm.name}/gamma`) : null;
  const scale = gamma ? elementwise('Mul', inverse, gamma) : inverse;
  const mean = required(`${batchNorm.name}/moving_mean`);
  const bias = convolution.useBias ? required(`${convolution.name}/bias`) : null;
  const centred = bias ? elementwise('Sub', bias, mean) : elementwise('Neg', mean);
  const shifted = elementwise('Mul', centred, scale);
  const beta = batchNorm.center ? required(`${batchNorm.name}/beta`) : null;
  const kernel = required(kernelName(convolution));
  // A depthwise kernel is [height, width, channels, multiplier]: its output channels are its last two dimensions.
  const factor = convolution.kind === 'conv2d' ? scale : reshape(graph, `${scope}/scale`, scale, kernel.shape.slice(2));
  return [
    graph.assign(target.kernel, elementwise('Mul', kernel, factor)),
    graph.assign(target.bias, beta ? elementwise('AddV2', shifted, beta) : shifted),
  ];
}

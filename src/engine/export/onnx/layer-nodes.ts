import { assertNever } from '../../../shared/errors/thaw-error.ts';
import type { BatchNormLayer, DenseLayer, Layer, LayerNormLayer } from '../../network/layer.ts';
import { activationNodes } from './activation-nodes.ts';
import { convolutionNodes, type Weights } from './convolution-nodes.ts';
import {
  globalAverageNodes,
  localResponseNormNodes,
  paddingNodes,
  placed,
  rescalingNodes,
  resizingNodes,
} from './image-nodes.ts';
import { float, int, ints, type OnnxGraph, type Value } from './onnx-graph.ts';
import { adaptivePoolingNodes, poolingNodes } from './window-nodes.ts';

/** What of a network its layers are written with. */
interface Written {
  readonly graph: OnnxGraph;
  /** Of the node that gives the layer's output. */
  readonly name: string;
  /** The shape that the layer gives, batch left out. */
  readonly shape: readonly number[];
  readonly weights: Weights;
}

const filled = (length: number, value: number): Float32Array => new Float32Array(length).fill(value);

function batchNorm({ graph, name, shape, weights }: Written, input: Value, layer: BatchNormLayer): Value {
  const channels = shape.at(-1) ?? 0;
  const parameters = [
    ['gamma', layer.scale ? weights('gamma') : filled(channels, 1)],
    ['beta', layer.center ? weights('beta') : filled(channels, 0)],
    ['moving_mean', weights('moving_mean')],
    ['moving_variance', weights('moving_variance')],
  ] as const;
  const constants = parameters.map(([role, values]) => graph.constant(`${name}/${role}`, [channels], values));
  const isImage = shape.length === 3;
  const given = isImage ? input.channelsFirst() : input.plain();
  const output = graph.node('BatchNormalization', name, [given, ...constants], { epsilon: float(layer.epsilon) });
  return isImage ? graph.image(shape, output) : graph.plain(shape, output);
}

function layerNorm({ graph, name, shape, weights }: Written, input: Value, layer: LayerNormLayer): Value {
  const channels = shape.at(-1) ?? 0;
  const constant = (role: string, values: Float32Array): string =>
    graph.constant(`${name}/${role}`, [channels], values);
  const parameters = [
    constant('gamma', layer.scale ? weights('gamma') : filled(channels, 1)),
    ...(layer.center ? [constant('beta', weights('beta'))] : []),
  ];
  const attributes = { axis: int(-1), epsilon: float(layer.epsilon) };
  return graph.plain(shape, graph.node('LayerNormalization', name, [input.plain(), ...parameters], attributes));
}

function dense({ graph, name, shape, weights }: Written, input: Value, layer: DenseLayer): Value {
  const { units, useBias, activation } = layer;
  const own = activation === undefined ? name : `${name}/linear`;
  const inputs = [
    input.plain(),
    graph.constant(`${name}/kernel`, [input.shape[0] ?? 0, units], weights('kernel')),
    ...(useBias ? [graph.constant(`${name}/bias`, [units], weights('bias'))] : []),
  ];
  const product = graph.node('Gemm', own, inputs);
  return graph.plain(
    shape,
    activation === undefined ? product : activationNodes(graph, name, product, activation, { axis: -1 }),
  );
}

/** All inputs in the order in which the first lies at hand. */
function together(
  { graph, shape }: Written,
  inputs: readonly Value[],
  write: (names: string[], axis: number) => string,
) {
  const isImage = inputs[0]?.isChannelsFirst === true;
  const names = inputs.map((input) => (isImage ? input.channelsFirst() : input.plain()));
  const output = write(names, isImage ? 1 : shape.length);
  return isImage ? graph.image(shape, output) : graph.plain(shape, output);
}

function reshape({ graph, name, shape }: Written, input: Value): Value {
  const [height, width] = input.shape;
  // A single pixel lies the same in either order.
  const asIs = input.isChannelsFirst && height === 1 && width === 1;
  const given = asIs ? input.channelsFirst() : input.plain();
  return graph.plain(shape, graph.node('Reshape', name, [given, graph.indices(`${name}/shape`, [-1, ...shape])]));
}

/**
 * Writes a layer as nodes that give what `graph/lower.ts` does.
 *
 * @param inputs the outputs of the layers that feed it, in their order
 */
export function layerNodes(written: Written, layer: Layer, inputs: readonly Value[]): Value {
  const { graph, name, shape, weights } = written;
  const [input] = inputs;
  if (!input) throw new TypeError(`Layer '${layer.name}' has no input.`);
  const image = (output: string): Value => graph.image(shape, output);
  switch (layer.kind) {
    case 'input':
    case 'dropout':
      return input;
    case 'conv2d': {
      const { activation } = layer;
      const own = activation === undefined ? name : `${name}/linear`;
      const output = convolutionNodes(graph, own, input, layer, shape, weights);
      return image(activation === undefined ? output : activationNodes(graph, name, output, activation, { axis: 1 }));
    }
    case 'depthwiseConv2d':
    case 'separableConv2d':
    case 'conv2dTranspose':
      return image(convolutionNodes(graph, name, input, layer, shape, weights));
    case 'batchNorm':
      return batchNorm(written, input, layer);
    case 'layerNorm':
      return layerNorm(written, input, layer);
    case 'localResponseNorm':
      return image(localResponseNormNodes(graph, name, input, layer));
    case 'activation': {
      const { name: given, axis, as } = placed(input);
      return as(graph, shape, activationNodes(graph, name, given, layer.activation, { ...layer, axis }));
    }
    case 'zeroPadding2d':
    case 'reflectionPadding2d':
      return image(paddingNodes(graph, name, input, layer));
    case 'resizing':
      return image(resizingNodes(graph, name, input, layer));
    case 'rescaling':
      return rescalingNodes(graph, name, input, layer);
    case 'maxPool2d':
    case 'averagePool2d':
      return image(poolingNodes(graph, name, input, layer));
    case 'adaptiveMaxPool2d':
    case 'adaptiveAveragePool2d':
      return image(adaptivePoolingNodes(graph, name, input, layer));
    case 'globalAveragePooling2d':
      return globalAverageNodes(graph, name, input, layer.keepDimensions);
    case 'reshape':
      return reshape(written, input);
    case 'permute': {
      const perm = ints([0, ...layer.order.map((axis) => axis + 1)]);
      return graph.plain(shape, graph.node('Transpose', name, [input.plain()], { perm }));
    }
    case 'slice': {
      const vector = (suffix: string, values: readonly number[]): string => graph.indices(`${name}/${suffix}`, values);
      const ends = layer.begin.map((from, axis) => from + (layer.size[axis] ?? 0));
      const axes = layer.begin.map((_, axis) => axis + 1);
      const box = [vector('begin', layer.begin), vector('end', ends), vector('axes', axes)];
      return graph.plain(shape, graph.node('Slice', name, [input.plain(), ...box]));
    }
    case 'dense':
      return dense(written, input, layer);
    case 'add':
      return together(written, inputs, ([first = '', second = '']) => {
        const { scale = 1 } = layer;
        const factor = (): string => graph.constant(`${name}/factor`, [], [scale]);
        const scaled = scale === 1 ? second : graph.node('Mul', `${name}/scaled`, [second, factor()]);
        return graph.node('Add', name, [first, scaled]);
      });
    case 'multiply':
      return together(written, inputs, (names) => graph.node('Mul', name, names));
    case 'concatenate':
      return together(written, inputs, (names, axis) => graph.node('Concat', name, names, { axis: int(axis) }));
    case 'foreignGraph':
      throw new TypeError(`'${layer.name}' is a graph from elsewhere, which is not written as ONNX.`);
    default:
      return assertNever(layer);
  }
}

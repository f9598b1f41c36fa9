import type { Layer, Network } from '../../network/layer.ts';
import { layerShapes } from '../../network/shape.ts';
import type { ExportedNetwork } from '../exported-network.ts';
import { rescalingNodes } from './image-nodes.ts';
import { layerNodes } from './layer-nodes.ts';
import { encodeModel } from './messages.ts';
import { int, OnnxGraph } from './onnx-graph.ts';

/** What goes into the model and what comes out of it. */
export const ONNX_NAMES = { images: 'images', logits: 'logits', probabilities: 'probabilities' } as const;
/** The first set of operators with LayerNormalization; every runtime since 2022 has it. */
const OPSET = 17;
const IR_VERSION = 8;

/** The layers that the output depends on, in their order. */
function neededLayers({ layers, output }: Network): readonly Layer[] {
  const needed = new Set([output]);
  return layers
    .toReversed()
    .filter((layer) => {
      if (!needed.has(layer.name)) return false;
      for (const name of layer.inputs) needed.add(name);
      return true;
    })
    .reverse();
}

/** As `classProbabilities`: a single logit is that of the second of two classes. */
function probabilityNodes(graph: OnnxGraph, logits: string, outputs: number): void {
  if (outputs !== 1) {
    graph.node('Softmax', ONNX_NAMES.probabilities, [logits], { axis: int(1) });
    return;
  }
  // 1 - sigmoid(x), to the last bit also where that is small.
  const negative = graph.node('Neg', 'class_probabilities/negative', [logits]);
  const both = [negative, logits].map((name, index) => graph.node('Sigmoid', `class_probabilities/${index}`, [name]));
  graph.node('Concat', ONNX_NAMES.probabilities, both, { axis: int(1) });
}

/**
 * A network with its weights, from pixels to probabilities, as a serialised `onnx.ModelProto`.
 *
 * The input, `images`, is float32 [batch, height, width, 3]: red, green and blue from 0 to 255; what makes the network's own
 * input of them is part of the graph, and so is the order of the axes: ONNX' operators take channels first. `logits` are as
 * the network gives them, `probabilities` [batch, classes]. BatchNorms stay what they are: runtimes fold them.
 */
export function onnxModel({ network, preprocessing, classes, values }: ExportedNetwork): Uint8Array {
  const graph = new OnnxGraph();
  const { height, width } = preprocessing;
  const given = graph.plain([height, width, 3], ONNX_NAMES.images);
  const pixels = graph.image(given.shape, given.channelsFirst());
  const shapes = layerShapes(network);
  const outputs = new Map<string, ReturnType<typeof layerNodes>>();
  for (const layer of neededLayers(network)) {
    const inputs =
      layer.kind === 'input'
        ? [rescalingNodes(graph, 'preprocessing', pixels, preprocessing)]
        : layer.inputs.flatMap((name) => outputs.get(name) ?? []);
    const weights = (role: string): Float32Array => {
      const own = values.get(`${layer.name}/${role}`);
      if (!own) throw new TypeError(`There is no value of '${layer.name}/${role}'.`);
      return own;
    };
    const shape = shapes.get(layer.name) ?? [];
    outputs.set(layer.name, layerNodes({ graph, name: `network/${layer.name}`, shape, weights }, layer, inputs));
  }
  const last = outputs.get(network.output);
  if (!last) throw new TypeError(`The network has no layer '${network.output}'.`);
  const logits = graph.node('Identity', ONNX_NAMES.logits, [last.plain()]);
  const [count = 0] = last.shape;
  probabilityNodes(graph, logits, count);
  return encodeModel({
    irVersion: IR_VERSION,
    opset: OPSET,
    metadata: { classes: JSON.stringify(classes), network: network.name },
    name: network.name,
    nodes: graph.nodes,
    initializers: graph.initializers,
    inputs: [{ name: ONNX_NAMES.images, shape: ['batch', height, width, 3] }],
    outputs: [
      { name: ONNX_NAMES.logits, shape: ['batch', count] },
      { name: ONNX_NAMES.probabilities, shape: ['batch', classes.length] },
    ],
  });
}

import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ExportFormat } from '../export-format.ts';
import { frozenGraph, GRAPH_NAMES } from '../frozen-graph.ts';
import type { ExportedNetwork } from '../exported-network.ts';
import type { Tensor } from '../../graph/graph.ts';
import { graphNodes, shapeJson, typeName } from './graph-nodes.ts';
import { tfjsPage, tfjsSample } from './tfjs-sample.ts';
import { mostReferences } from './most-references.ts';
import { predictedByTfjs } from './tfjs-runtime.ts';
import { writeManifestWeights } from './weights-manifest.ts';

const MODEL = 'model.json';
const PAGE = 'index.html';

/** What is read as the kernel of each channel alone: a hundredth of a network, on whose every value a channel hangs. */
const BEARS_NO_ROUNDING = new Set(['DepthwiseConv2dNative']);

function information({ name, dtype, shape }: Tensor): object {
  return { name, dtype: typeName(dtype), tensorShape: shapeJson(shape) };
}

/** tfjs' GraphModel: the graph as JSON, and its weights in shards. */
export const TFJS_GRAPH_FORMAT: ExportFormat = {
  write: async (model: ExportedNetwork, folder, _state, quantisation) => {
    // Channels that a BatchNorm scaled differ by orders of magnitude, which 256 steps for all of them do not hold.
    const { graph, signature } = frozenGraph(model, { fold: quantisation !== 'uint8' });
    const { nodes, weights } = graphNodes(graph);
    const tensors = weights.map(({ name, shape, data, reader }) => ({
      name,
      shape,
      data,
      bearsRounding: !BEARS_NO_ROUNDING.has(reader),
    }));
    const weightsManifest = await writeManifestWeights(folder, tensors, quantisation);
    const { images } = signature.inputs;
    const { probabilities } = signature.outputs;
    if (!images || !probabilities) throw new TypeError('The graph has no signature.');
    const document = {
      format: 'graph-model',
      generatedBy: 'Thaw',
      convertedBy: 'Thaw',
      signature: { inputs: { images: information(images) }, outputs: { probabilities: information(probabilities) } },
      modelTopology: { node: nodes, library: {}, versions: { producer: 1087 } },
      weightsManifest,
    };
    await writeFile(path.join(folder, MODEL), JSON.stringify(document));
    await writeFile(path.join(folder, PAGE), tfjsPage(model.preprocessing, 'graph'));
  },
  program: 'predict.mjs',
  mostReferences,
  sample: ({ preprocessing }, allowed) => tfjsSample(preprocessing, 'graph', allowed),
  test: async (folder, images) => predictedByTfjs(folder, 'graph', images),
  files: () => [
    [
      MODEL,
      `the graph, for \`tf.loadGraphModel\`: \`${GRAPH_NAMES.images}\` takes float32 [batch, height, width, 3], red, green and blue from 0 to 255; \`${GRAPH_NAMES.probabilities}\` gives [batch, classes]`,
    ],
    ['group1-shard*.bin', 'the weights, in pieces of 4 MB that browsers cache'],
    [PAGE, 'a page that predicts an image, once a server gives out this folder'],
  ],
};

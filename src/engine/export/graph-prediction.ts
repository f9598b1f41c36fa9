import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { encodeGraph, wrapGraph } from '../graph/saved-model.ts';
import { Session } from '../runtime/session.ts';
import type { ExportedNetwork } from './exported-network.ts';
import { frozenGraph, GRAPH_NAMES } from './frozen-graph.ts';
import { asFloats, type TestImages } from './reference-images.ts';

/**
 * What Thaw's graph engine makes of the test images with a network that was read out of a file.
 *
 * @param folder for what lies there while it predicts
 * @returns float32 [images, classes]
 */
export async function predictedByGraph(
  model: ExportedNetwork,
  images: TestImages,
  folder: string,
): Promise<Float32Array> {
  const { graph } = frozenGraph(model);
  const { height, width } = images;
  const shape = [-1, model.classes.length];
  const signature = {
    inputs: { images: { name: `${GRAPH_NAMES.images}:0`, dtype: 'float32' as const, shape: [-1, height, width, 3] } },
    outputs: { probabilities: { name: `${GRAPH_NAMES.probabilities}:0`, dtype: 'float32' as const, shape } },
  };
  const directory = await mkdtemp(path.join(folder, 'self-test-'));
  try {
    const savedModel = wrapGraph(encodeGraph(graph), { predict: signature });
    using session = Session.load(directory, savedModel, { predict: signature });
    const { probabilities } = session.run('predict', { images: asFloats(images) });
    if (!(probabilities?.data instanceof Float32Array)) throw new TypeError('The graph gave no probabilities.');
    return probabilities.data;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

import path from 'node:path';
import type { Request } from '../../shared/contract/endpoint.ts';
import type { NetworkDetail } from '../../shared/contract/network-detail.ts';
import { explainDiskError, ThawError } from '../../shared/errors/thaw-error.ts';
import { modelFile, openModel, recordOf, recordText } from '../network/config/model-record.ts';
import { readModelConfiguration } from '../weights/model-configuration.ts';
import { findGraphFile } from '../weights/open.ts';
import { MODELS, type ServiceContext } from './context.ts';
import { openGraph } from './open-graph.ts';
import { noteOpened } from './opened-models.ts';
import { resolveWeights } from './resolve-references.ts';
import { showNetwork } from './show-network.ts';
import { writeAside } from './write-aside.ts';

/**
 * Opens a whole model from elsewhere as a network of its own, which has a name from then on.
 *
 * @returns the network with its own classifier
 * @throws ThawError `weights.missing`, `weights.unreadable` for a file of weights alone, `network.invalid` for what is not
 *   supported in it, with the place
 */
export async function openNetwork(
  context: ServiceContext,
  { file, ...asked }: Request<'networks.open'>,
): Promise<NetworkDetail> {
  const source = resolveWeights(context, file);
  if (source.kind !== 'file') {
    throw new ThawError(
      'usage.invalid',
      `A whole model is opened from a file; received weights of the kind '${source.kind}'.`,
      'Name a Keras .h5 or .keras, a tfjs LayersModel, or a TensorFlow .pb or SavedModel.',
    );
  }
  const { size, pixels, input, output } = asked;
  const noted = { path: path.resolve(source.path), size: size ?? null, input: input ?? null, output: output ?? null };
  const graph = await findGraphFile(source.path);
  if (graph) {
    const opened = await openGraph(context, graph, source.path, asked);
    noteOpened(context, { ...opened, ...noted, pixels: pixels ?? null });
    return showNetwork({ name: opened.name });
  }
  if (input !== undefined || output !== undefined) {
    throw new ThawError(
      'usage.invalid',
      'Tensors are chosen as input and output of TensorFlow graphs; this file is none.',
      'Leave --input and --output out.',
    );
  }
  const record = recordOf(await readModelConfiguration(source.path), size ?? null, pixels ?? null);
  const { name, title, classes } = openModel(record);
  try {
    writeAside(modelFile(path.join(context.home, MODELS), name), recordText(record));
  } catch (error) {
    throw explainDiskError(error, 'keep the model');
  }
  noteOpened(context, { name, title, classes, ...noted, pixels: record.pixels });
  return showNetwork({ name, classes });
}

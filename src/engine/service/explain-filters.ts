import type { Request, Response } from '../../shared/contract/endpoint.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { layerShapes } from '../network/shape.ts';
import { filterPixels, firstConvolution } from '../training/explain/first-filters.ts';
import { modelNetwork, readModelFile } from '../training/model-file.ts';
import { chosenPrefix } from '../training/starred-checkpoints.ts';
import { openTensorFlowCheckpoint } from '../weights/tensorflow-checkpoint.ts';
import type { ServiceContext } from './context.ts';
import { explainedOf } from './explain.ts';

/**
 * The kernels of the first convolution of a run's network, as pictures.
 *
 * @throws ThawError `run.unknown`, `training.checkpoint`, `run.state` for a run without classes or images, and for a network
 *   whose first convolution does not look at the image itself
 */
export async function explainFilters(
  context: ServiceContext,
  request: Request<'explain.filters'>,
): Promise<Response<'explain.filters'>> {
  const { checkpoint } = await explainedOf(context, request);
  const { runDirectory } = checkpoint;
  const { network, preprocessing } = modelNetwork(await readModelFile(runDirectory));
  const { layer, channelOrder } = firstConvolution(network, preprocessing);
  const channels = layerShapes(network).get(layer.inputs[0] ?? '')?.[2] ?? 0;
  if (channels !== 3 && channels !== 1) {
    throw new ThawError(
      'run.state',
      `A kernel is shown as a picture where it looks at three colours or at grey; those of '${layer.name}' look at ${channels} channels.`,
      'Look at the activations of the layer.',
    );
  }
  const [height, width] = layer.kernelSize;
  const file = await openTensorFlowCheckpoint(await chosenPrefix(runDirectory, checkpoint.checkpoint));
  try {
    const kernel = file.read(`${layer.name}/kernel`);
    const pixels = filterPixels(kernel, [height, width, channels, layer.filters], channelOrder);
    return { layer: layer.name, height, width, count: layer.filters, pixels: new Uint8Array(pixels) };
  } finally {
    file.close();
  }
}

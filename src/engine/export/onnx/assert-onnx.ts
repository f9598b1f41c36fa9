import { ThawError } from '../../../shared/errors/thaw-error.ts';
import { elementCount, networkTensors } from '../../network/shape.ts';
import type { ExportedNetwork } from '../exported-network.ts';

const FLOAT_BYTES = 4;
/** Protocol buffers hold no more than 2 GiB in one message; nodes and names take the rest of it. */
export const MOST_MESSAGE_BYTES = 2 ** 31 - 2 ** 26;

/**
 * Refuses what ONNX cannot hold.
 *
 * @throws ThawError `usage.invalid` for a graph from elsewhere, and for weights beyond 2 GiB
 */
export function assertOnnx({ network }: Pick<ExportedNetwork, 'network'>): void {
  const foreign = network.layers.find(({ kind }) => kind === 'foreignGraph');
  if (foreign) {
    throw new ThawError(
      'usage.invalid',
      `ONNX is written of layers that Thaw knows; '${foreign.name}' of this run's network is a TensorFlow graph that is computed as it came.`,
      'Export it as pb, or as savedmodel, which hold the graph itself.',
    );
  }
  const bytes = FLOAT_BYTES * networkTensors(network).reduce((sum, { shape }) => sum + elementCount(shape), 0);
  if (bytes > MOST_MESSAGE_BYTES) {
    throw new ThawError(
      'usage.invalid',
      `An ONNX file holds at most 2 GiB; the weights of '${network.name}' take ${(bytes / 2 ** 30).toFixed(1)} GiB.`,
      'Export it as safetensors, which has no such limit.',
    );
  }
}

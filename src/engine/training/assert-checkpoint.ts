import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { Network } from '../network/layer.ts';
import { networkTensors } from '../network/shape.ts';
import type { WeightsFile } from '../weights/weights-file.ts';

/**
 * Holds a run's own checkpoint against the network that it should be of: every tensor, in its shape.
 *
 * @throws ThawError `training.checkpoint` naming the first layer that differs, what was expected and what was found
 */
export function assertCheckpoint(network: Network, file: Pick<WeightsFile, 'path' | 'tensors'>): void {
  const refuse = (layer: string, expected: string, found: string): never => {
    throw new ThawError(
      'training.checkpoint',
      `A checkpoint is used with the network it was written by; layer '${layer}' of ${network.name}: expected ${expected}, found ${found} in ${file.path}.`,
      "Put the run's own checkpoint back, or give this one as --weights, which takes what fits and reports the rest.",
    );
  };
  for (const { name, layer, shape } of networkTensors(network)) {
    const found = file.tensors.get(name);
    const wanted = `'${name}' [${shape.join(', ')}]`;
    if (!found) refuse(layer, wanted, 'no such tensor');
    else if (found.shape.join() !== shape.join()) refuse(layer, wanted, `[${found.shape.join(', ')}]`);
  }
}

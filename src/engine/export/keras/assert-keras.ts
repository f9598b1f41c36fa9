import { ThawError } from '../../../shared/errors/thaw-error.ts';
import { elementCount, networkTensors } from '../../network/shape.ts';
import type { ExportedNetwork } from '../exported-network.ts';
import type { KerasTarget } from './keras-layer.ts';
import { kerasModel } from './keras-model.ts';

/** What HDF5 is written and read back to here, less what is no weights. */
const MOST_WEIGHTS = (2 ** 31 - 2 ** 26) / 4;

/**
 * Refuses a network that no model of standard layers can be.
 *
 * @throws ThawError `usage.invalid`
 */
export function assertKeras(target: KerasTarget): (model: Omit<ExportedNetwork, 'values'>) => void {
  return (model) => {
    const weights = networkTensors(model.network).reduce((sum, { shape }) => sum + elementCount(shape), 0);
    if (target !== 'tfjs' && weights > MOST_WEIGHTS) {
      throw new ThawError(
        'usage.invalid',
        `A file of Keras' is written with at most ${MOST_WEIGHTS} weights; '${model.network.name}' has ${weights}.`,
        'Export it as safetensors, which has no such limit.',
      );
    }
    kerasModel(model, target);
  };
}

import type { ModelFormat } from '../../shared/contract/model-export.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { findNetwork } from '../network/registry.ts';
import type { ExportedNetwork } from './exported-network.ts';
import { torchModule } from './torch/torch-module.ts';

type Described = Omit<ExportedNetwork, 'values'>;

function assertTorch({ network, preprocessing }: Described): void {
  if (preprocessing.channelOrder === 'grey' || findNetwork(network.name).publisher !== 'torch') {
    throw new ThawError(
      'usage.invalid',
      `PyTorch's weights are written for PyTorch's own networks; this run trained '${network.name}'.`,
      'Export it as pb, or train a network whose name ends in @torch.',
    );
  }
  torchModule(network);
}

const ASSERTIONS: Readonly<Record<ModelFormat, (model: Described) => void>> = {
  pb: () => undefined,
  torch: assertTorch,
};

/**
 * Refuses what a format cannot hold, before anything is written; without TensorFlow, so that it can be asked anywhere.
 *
 * @throws ThawError `usage.invalid`
 */
export function assertAccepted(format: ModelFormat, model: Described): void {
  ASSERTIONS[format](model);
}

import path from 'node:path';
import type { WeightsSource } from '../../shared/contract/plan.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { findNetwork } from '../network/registry.ts';
import { fuseWeights, type PartFile } from '../weights/fuse-weights.ts';
import { asPlanned } from '../weights/mapping/mapping-rule.ts';
import { openWeights } from '../weights/open.ts';
import { openTensorFlowCheckpoint } from '../weights/tensorflow-checkpoint.ts';
import type { WeightsFile } from '../weights/weights-file.ts';
import type { TrainerJob } from './protocol.ts';
import { RESOURCES } from './resources.ts';
import { chosenPrefix } from './starred-checkpoints.ts';

/** What a plan begins with, and where it lies. */
type Source = Pick<TrainerJob, 'sourceRunDirectory' | 'partRunDirectories'> & {
  readonly weights: WeightsSource;
  readonly network: string;
};

/**
 * The weights that a plan begins with; those of a fused network as one file.
 *
 * @returns null where every tensor is drawn anew
 * @throws ThawError `weights.missing`, `weights.unreadable`, `weights.mismatch`, `training.checkpoint`
 */
export async function openSource({
  weights,
  network,
  sourceRunDirectory,
  partRunDirectories = [],
}: Source): Promise<WeightsFile | null> {
  switch (weights.kind) {
    case 'none':
      return null;
    case 'file':
      return openWeights(weights.path);
    case 'shipped': {
      const { shipped } = findNetwork(network);
      if (shipped === null) {
        throw new ThawError(
          'weights.missing',
          `Pretrained weights ship with some networks only; '${network}' has none.`,
          "Pass --weights with a file of this network, or choose one that 'thaw networks' marks as shipped.",
        );
      }
      return openWeights(path.join(RESOURCES, shipped));
    }
    case 'run': {
      if (sourceRunDirectory === null) throw new TypeError('The job names a source run without its folder.');
      return openTensorFlowCheckpoint(await chosenPrefix(sourceRunDirectory, weights.checkpoint ?? 'best'));
    }
    case 'fused':
      return openParts(network, weights.parts, partRunDirectories);
  }
}

async function openParts(
  network: string,
  sources: readonly WeightsSource[],
  directories: readonly (string | null)[],
): Promise<WeightsFile> {
  const parts = findNetwork(network).parts ?? [];
  const files: PartFile[] = [];
  try {
    for (const [index, { entry, prefix }] of parts.entries()) {
      const weights = sources[index] ?? { kind: 'none' };
      const sourceRunDirectory = directories[index] ?? null;
      const file = await openSource({ weights, network: entry.name, sourceRunDirectory });
      if (!file) throw new TypeError(`The plan names no weights for '${prefix}'.`);
      files.push({ prefix, network: entry.build(), file: asPlanned(file, weights) });
    }
    return fuseWeights(files);
  } catch (error) {
    for (const { file } of files) file.close();
    throw error;
  }
}

import { findNetwork } from '../network/registry.ts';
import type { Network } from '../network/layer.ts';
import { networkTensors } from '../network/shape.ts';
import { chooseHead, type HeadChoice, type HeadClasses } from './head-choice.ts';
import { ownClassifier, type OwnClassifier } from './own-classifier.ts';
import type { WeightsFile } from './weights-file.ts';

/** What a new head gets from a file, and why. */
export interface HeadWeights extends HeadChoice {
  /** By the names of the head's tensors; empty where it begins anew. */
  readonly tensors: OwnClassifier['tensors'];
}

/**
 * What the new head of a network begins with; only names and shapes are read.
 *
 * @param network of the registry, with its new head
 * @param file under the names that a user's rules leave
 */
export function headWeights(network: Network, file: WeightsFile, classes: Omit<HeadClasses, 'outputs'>): HeadWeights {
  const entry = findNetwork(network.name);
  const withTop = (count: number): Network | null =>
    entry.classes === null || entry.classes === count ? entry.buildWithTop(count) : null;
  const outputs =
    networkTensors(network)
      .find(({ name }) => name === `${network.output}/kernel`)
      ?.shape.at(-1) ?? 0;
  const classifier = ownClassifier(network, entry.build(), withTop, file);
  const choice = chooseHead(classifier, { ...classes, outputs });
  return { ...choice, tensors: choice.kept && classifier ? classifier.tensors : new Map() };
}

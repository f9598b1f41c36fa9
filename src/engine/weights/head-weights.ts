import type { LoadReport } from '../../shared/contract/run.ts';
import { classifierOf } from '../network/head.ts';
import { findNetwork } from '../network/registry.ts';
import type { Network } from '../network/layer.ts';
import { networkTensors } from '../network/shape.ts';
import { chooseHead, type HeadChoice, type HeadClasses } from './head-choice.ts';
import { withNetworkNames } from './network-names.ts';
import { ownClassifier, type HeadTensor } from './own-classifier.ts';
import type { WeightsFile } from './weights-file.ts';

/** What a new head gets from a file, and why. */
export interface HeadWeights extends HeadChoice {
  /** By the names of the head's tensors; empty where it begins anew. */
  readonly tensors: ReadonlyMap<string, HeadTensor>;
  /** Of its hidden layers, those that the file has in another shape. */
  readonly skippedByShape: LoadReport['skippedByShape'];
}

interface HiddenWeights {
  readonly tensors: ReadonlyMap<string, HeadTensor>;
  readonly skippedByShape: LoadReport['skippedByShape'];
  /** How many tensors there are to fill. */
  readonly of: number;
}

/** The hidden layers of a head, from a run whose head has some of the same name and shape. */
function hiddenWeights(network: Network, given: WeightsFile): HiddenWeights {
  const file = withNetworkNames(network, given);
  const classifier = classifierOf(network);
  const hidden = networkTensors(network).filter(({ layer }) => layer !== classifier && !network.pretrained.has(layer));
  const tensors = new Map<string, HeadTensor>();
  const skippedByShape: LoadReport['skippedByShape'] = [];
  for (const { name, shape } of hidden) {
    const entry = file.tensors.get(name);
    if (!entry) continue;
    if (entry.shape.join() === shape.join()) tensors.set(name, { shape, entry, read: () => file.read(name) });
    else skippedByShape.push({ name, expected: [...shape], found: [...entry.shape] });
  }
  return { tensors, skippedByShape, of: hidden.length };
}

/**
 * What the new head of a network begins with; only names and shapes are read. Hidden layers are taken by name and shape,
 * whatever the classes; the classifier above them only where all of them are.
 *
 * @param network of the registry, with its new head
 * @param file under the names that a user's rules leave
 */
export function headWeights(network: Network, file: WeightsFile, classes: Omit<HeadClasses, 'outputs'>): HeadWeights {
  const entry = findNetwork(network.name);
  const withTop = (count: number): Network | null =>
    entry.classes === null || entry.classes === count ? entry.buildWithTop(count) : null;
  const classifierName = classifierOf(network);
  const outputs =
    networkTensors(network)
      .find(({ name }) => name === `${classifierName}/kernel`)
      ?.shape.at(-1) ?? 0;
  const hidden = hiddenWeights(network, file);
  const isFilled = hidden.tensors.size === hidden.of;
  const classifier = isFilled
    ? ownClassifier(network, entry.build(), hidden.of > 0 ? () => null : withTop, file)
    : null;
  const choice = chooseHead(classifier, { ...classes, outputs });
  return {
    ...choice,
    tensors: new Map([
      ...(classes.anew ? [] : hidden.tensors),
      ...(choice.kept && classifier ? classifier.tensors : []),
    ]),
    skippedByShape: classes.anew ? [] : hidden.skippedByShape,
  };
}

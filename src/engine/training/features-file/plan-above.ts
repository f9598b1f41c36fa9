import { isFeatureNetwork } from '../../../shared/contract/features.ts';
import { preprocessing } from '../../../shared/contract/network-detail.ts';
import { ThawError } from '../../../shared/errors/thaw-error.ts';
import { cutAt } from '../../freeze/cut-at.ts';
import type { FreezePlan } from '../../freeze/freeze-plan.ts';
import type { Network } from '../../network/layer.ts';
import type { Preprocessing } from '../../network/preprocessing.ts';
import { layerShapes } from '../../network/shape.ts';
import { prefixWeightsHash } from '../feature-cache/feature-key.ts';
import type { FeaturesDescription } from './describe-features.ts';

function mismatch(path: string, found: string, hint: string): ThawError {
  return new ThawError(
    'features.mismatch',
    `Features go into the network that they were taken from; of '${path}', ${found}.`,
    hint,
  );
}

const AGAIN = 'Write the features again with this network.';

function shown(names: readonly string[]): string {
  const first = names.slice(0, 3).map((name) => `'${name}'`);
  return names.length > 3 ? `${first.join(', ')} and ${names.length - 3} more` : first.join(', ');
}

/** The layers whose outputs the features are, in this network: a network of features alone begins with them. */
function layersOf(network: Network, { metadata }: FeaturesDescription): readonly string[] {
  if (metadata && !isFeatureNetwork(network.name)) return metadata.layers;
  return network.layers.filter(({ kind }) => kind === 'input').map(({ name }) => name);
}

/** @throws ThawError `features.mismatch` for arrays that are not what the network's layers give */
function expectShapes(network: Network, cut: readonly string[], { path, arrays }: FeaturesDescription): void {
  const shapes = layerShapes(network);
  cut.forEach((layer, index) => {
    const expected = shapes.get(layer) ?? [];
    const found = arrays[index]?.shape ?? [];
    // A network of features alone begins with a map of them, in which what a vector lacks is 1.
    const filled = isFeatureNetwork(network.name) ? [1, 1, ...found].slice(-expected.length) : found;
    if (expected.join() === filled.join()) return;
    throw mismatch(
      path,
      `layer '${layer}' of ${network.name} gives [${expected.join(', ')}], found [${found.join(', ')}]`,
      AGAIN,
    );
  });
}

/**
 * A freeze plan whose boundary lies where features were taken, wherever it would lie otherwise.
 *
 * @param network head included
 * @throws ThawError `features.mismatch` for features of other layers or shapes, `usage.invalid` where a layer below the
 *   features would have to change
 */
export function planAbove(network: Network, freeze: FreezePlan, description: FeaturesDescription): FreezePlan {
  const { path } = description;
  const known = new Set(network.layers.map(({ name }) => name));
  const layers = layersOf(network, description);
  const strange = layers.filter((layer) => !known.has(layer));
  if (strange.length > 0) throw mismatch(path, `${network.name} has no layer ${shown(strange)}`, AGAIN);
  const { prefix, cut } = cutAt(network, layers);
  if (cut.join('\0') !== layers.join('\0')) {
    throw mismatch(path, `${network.name} is cut at ${shown(cut)}, found ${shown(layers)}`, AGAIN);
  }
  expectShapes(network, cut, description);
  const changing = prefix.filter((name) => freeze.trainable.has(name) || freeze.movingStatistics.has(name));
  if (changing.length > 0) {
    throw new ThawError(
      'usage.invalid',
      `Only what lies above the features can train; they were taken at ${shown(cut)}, and ${shown(changing)} lie below.`,
      'Keep these frozen (--strategy features with --thaw for layers above), take features lower with `thaw features --layer`, or train on the images.',
    );
  }
  return { ...freeze, prefix, cut, boundaryForbiddenBy: null };
}

/**
 * Holds the weights that a run begins with against those that the features were computed with: only then do the features
 * with which they were computed.
 *
 * @throws ThawError `features.mismatch`
 */
export function expectSameBelow(
  { path, metadata }: FeaturesDescription,
  below: {
    readonly network: Network;
    readonly prefix: readonly string[];
    readonly tensorHashes: ReadonlyMap<string, string>;
  },
): void {
  if (!metadata || isFeatureNetwork(below.network.name)) return;
  const found = prefixWeightsHash(below.prefix, below.tensorHashes);
  const expected = metadata.weights.sha256;
  if (found !== expected) {
    throw mismatch(
      path,
      `expected the weights ${expected.slice(0, 12)} below ${shown(metadata.layers)}, found ${found.slice(0, 12)}`,
      'Give the weights that the features were computed with as --weights, or write the features again.',
    );
  }
}

/**
 * How images were prepared that features were computed of: so a run that trains on them prepares its images from then on.
 *
 * @param own the network's own way, which features of others are taken to have had
 * @throws ThawError `features.mismatch` for a way that the network's input does not allow
 */
export function preprocessingBelow(
  { path, metadata }: FeaturesDescription,
  network: string,
  own: Preprocessing,
): Preprocessing {
  if (!metadata || isFeatureNetwork(network)) return own;
  const { data: stored } = preprocessing.safeParse(metadata.preprocessing);
  const same = stored?.height === own.height && stored.width === own.width;
  if (stored && same && (stored.channelOrder === 'grey') === (own.channelOrder === 'grey')) return stored;
  throw mismatch(
    path,
    `images were prepared as ${JSON.stringify(metadata.preprocessing)}, and ${network} takes ${own.width} x ${own.height} pixels, ${own.channelOrder}`,
    AGAIN,
  );
}

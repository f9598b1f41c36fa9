import { isFeatureNetwork } from '../../shared/contract/features.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { featureNetworkName } from '../network/feature-network.ts';
import { findNetwork } from '../network/registry.ts';
import { describeFeatures, type FeaturesDescription } from '../training/features-file/describe-features.ts';
import type { ResolvedPlanRequest } from './resolve-references.ts';

function refuse(code: 'usage.invalid' | 'features.mismatch', message: string, hint: string): never {
  throw new ThawError(code, message, hint);
}

/** The network that features go into: the one they name, or one of which nothing but them is known. */
function networkOf({ path, metadata, arrays }: FeaturesDescription, asked: string | undefined): string {
  const [first] = arrays;
  const nameless = arrays.length === 1 && first ? featureNetworkName(first.shape) : null;
  const own = metadata?.network ?? nameless;
  const name = asked === undefined ? own : findNetwork(asked).name;
  if (name === own && name !== null) return name;
  // A head alone may be trained on any features, also when the network they came from is gone.
  if (name !== null && name === nameless) return name;
  if (metadata) {
    const head = nameless === null ? '' : `, or --network ${nameless} to train a head without it`;
    return refuse(
      'features.mismatch',
      `Features go into the network that they were taken from; '${path}' is of ${metadata.network}, received ${name ?? 'none'}.`,
      `Leave --network out${head}.`,
    );
  }
  return refuse(
    'features.mismatch',
    `Only features that \`thaw features\` wrote say which network they come from; '${path}' does not, received ${name ?? 'none'}.`,
    nameless === null
      ? 'Write them with `thaw features`.'
      : `Leave --network out: a head is trained on them as ${nameless}.`,
  );
}

/**
 * What a plan on features needs of them: the network and the weights that they come from stand in for what was not asked.
 *
 * @throws ThawError `features.unreadable`, `features.mismatch`, `usage.invalid` for what takes images
 */
export async function onFeatures(
  request: ResolvedPlanRequest,
): Promise<{ readonly resolved: ResolvedPlanRequest; readonly features: FeaturesDescription | null }> {
  const { dataset } = request;
  if (dataset?.kind !== 'features') {
    if (request.network !== undefined && isFeatureNetwork(request.network)) {
      refuse(
        'usage.invalid',
        `'${request.network}' stands for features without their network; received images.`,
        'Give --features FILE, or another network.',
      );
    }
    return { resolved: request, features: null };
  }
  const { augmentation } = request;
  if (augmentation && (augmentation.horizontalFlip || augmentation.randomResizedCrop)) {
    refuse(
      'usage.invalid',
      'Augmentation changes images at each epoch; features were computed once and stay as they are.',
      'Leave it out, or train on the images.',
    );
  }
  const features = await describeFeatures(dataset.path);
  const network = networkOf(features, request.network);
  const weights = request.weights ?? features.metadata?.weights.source;
  return { resolved: { ...request, network, ...(weights && { weights }) }, features };
}

import { isFeatureNetwork } from '../../shared/contract/features.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { featureNetworkName } from '../network/feature-network.ts';
import { findNetwork } from '../network/registry.ts';
import { describeFeatures, type FeaturesDescription } from '../training/features-file/describe-features.ts';
import { completeAugmentation } from './complete-augmentation.ts';
import type { ResolvedPlanRequest } from './resolve-references.ts';

function refuse(code: 'usage.invalid' | 'features.mismatch', message: string, hint: string): never {
  throw new ThawError(code, message, hint);
}

/** The network that is these features and nothing else; null where no head goes upon them. */
function headAlone({ arrays }: FeaturesDescription): string | null {
  const [first] = arrays;
  return arrays.length === 1 && first ? featureNetworkName(first.shape) : null;
}

/**
 * The network that features go into: the one they name, or one of which nothing but them is known.
 *
 * @param asked undefined for the features' own
 * @throws ThawError `features.mismatch`, `network.unknown`
 */
export function networkOnFeatures(features: FeaturesDescription, asked: string | undefined): string {
  const { path, metadata } = features;
  const nameless = headAlone(features);
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

/** @throws ThawError `usage.invalid` for a network that takes no images */
export function expectTakesImages(network: string | undefined): void {
  if (network === undefined || !isFeatureNetwork(network)) return;
  refuse(
    'usage.invalid',
    `'${network}' stands for features without their network; received images.`,
    'Train on the features, or choose another network.',
  );
}

/** @throws ThawError `usage.invalid` for what changes images at each epoch */
export function expectNoAugmentation({ augmentation }: Pick<ResolvedPlanRequest, 'augmentation'>): void {
  if (completeAugmentation(augmentation) === null) return;
  refuse(
    'usage.invalid',
    'Augmentation changes images at each epoch; features were computed once and stay as they are.',
    'Leave it out, or train on the images.',
  );
}

/** Tells of weights that only a features file names, and that are not there any more, what else can be done. */
export function explainLostWeights(error: unknown, features: FeaturesDescription): unknown {
  if (!(error instanceof ThawError) || error.code === 'features.mismatch') return error;
  const nameless = headAlone(features);
  const head = nameless === null ? '' : `, or --network ${nameless} to train a head that cannot look at images`;
  return new ThawError(
    error.code,
    `Features go upon the weights that they were computed with; '${features.path}' names them, but: ${error.message}`,
    `Give the same weights from elsewhere as --weights${head}.`,
    { cause: error },
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
    expectTakesImages(request.network);
    return { resolved: request, features: null };
  }
  expectNoAugmentation(request);
  const features = await describeFeatures(dataset.path);
  const network = networkOnFeatures(features, request.network);
  const weights = request.weights ?? features.metadata?.weights.source;
  return { resolved: { ...request, network, ...(weights && { weights }) }, features };
}

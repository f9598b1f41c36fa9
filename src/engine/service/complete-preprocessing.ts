import { isFeatureNetwork } from '../../shared/contract/features.ts';
import type { PreprocessingPlan } from '../../shared/contract/preprocessing-plan.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { NetworkEntry } from '../network/registry.ts';
import type { ResolvedPlanRequest } from './resolve-references.ts';

/** Of an input of 224, as torchvision's recipes have it. */
const USUAL_SHORTER_SIDE = 256 / 224;

const NOTHING: PreprocessingPlan = {
  values: null,
  normalisation: null,
  resize: null,
  shorterSide: null,
  kernel: null,
};

function refuse(message: string, hint: string): never {
  throw new ThawError('usage.invalid', message, hint);
}

/**
 * Fills in what was left out; what is the network's own way altogether is null.
 *
 * @throws ThawError `usage.invalid` for what the network's input does not allow
 */
export function completePreprocessing(
  requested: ResolvedPlanRequest['preprocessing'],
  { name, preprocessing: own, parts }: Pick<NetworkEntry, 'name' | 'preprocessing' | 'parts'>,
): PreprocessingPlan | null {
  const given = Object.fromEntries(Object.entries(requested ?? {}).filter(([, value]) => value !== undefined));
  const plan: PreprocessingPlan = { ...NOTHING, ...given };
  if (Object.values(plan).every((value) => value === null)) return null;
  if (isFeatureNetwork(name)) {
    refuse(`Images are preprocessed, and '${name}' takes features.`, 'Leave the preprocessing out.');
  }
  if (plan.values !== null && plan.normalisation !== null) {
    refuse(
      `Pixels become what a rule says or what a mean and a deviation make of them; received both, '${plan.values}' too.`,
      'Leave one of the two out.',
    );
  }
  const rule = plan.normalisation === null ? plan.values : 'mean and deviation';
  if (rule !== null && parts) {
    refuse(
      `Each part of a fused network prepares the pixels as its own weights need them; received '${rule}' for all of '${name}'.`,
      'Leave the rule out; how images are framed may be said of all.',
    );
  }
  if (rule !== null && own.channelOrder === 'grey') {
    refuse(
      `'${rule}' is a rule for three channels; '${name}' takes one, of grey images.`,
      'Leave the rule out: grey images are prepared as their model says.',
    );
  }
  const crops = (plan.resize ?? own.resize) === 'resizeThenCrop';
  if (!crops && plan.shorterSide !== null) {
    refuse(
      `A shorter side of ${plan.shorterSide} is of images that are resized and then cropped; these are not.`,
      "Choose that rule, 'resizeThenCrop', or leave the shorter side out.",
    );
  }
  if (!crops) return plan;
  const least = Math.max(own.height, own.width);
  const shorterSide = plan.shorterSide ?? own.shorterSide ?? Math.round(least * USUAL_SHORTER_SIDE);
  if (shorterSide >= least) return { ...plan, shorterSide };
  return refuse(
    `The input of ${least} pixels is cut out of what the shorter side was brought to; received ${shorterSide}.`,
    `Give a shorter side of at least ${least}.`,
  );
}

import {
  changesImages,
  mixesImages,
  NO_AUGMENTATION,
  USUAL_BLUR,
  USUAL_CROP,
  USUAL_ERASING,
  type AugmentationPlan,
  type AugmentationRequest,
} from '../../shared/contract/augmentation.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What was given, over what is usual; a field that says nothing counts as left out. */
function over<Value extends object>(usual: Value, given: Fields | null | undefined): Value {
  return { ...usual, ...Object.fromEntries(Object.entries(given ?? {}).filter(([, value]) => value !== undefined)) };
}

/** @throws ThawError `usage.invalid` where the smallest is above the largest */
function expectOrdered(name: string, figures: Fields | null, pairs: readonly (readonly [string, string])[]): void {
  for (const [smallest, largest] of pairs) {
    const [from, to] = [Number(figures?.[smallest] ?? 0), Number(figures?.[largest] ?? 0)];
    if (from <= to) continue;
    throw new ThawError(
      'usage.invalid',
      `Chance draws from the smallest to the largest; received ${smallest} ${from} and ${largest} ${to} for ${name}.`,
      'Give the smaller number first.',
    );
  }
}

const AREA_AND_RATIO = [
  ['smallestArea', 'largestArea'],
  ['smallestRatio', 'largestRatio'],
] as const;

/**
 * Fills in what was left out. An augmentation that changes nothing is none, so that features are computed once all the same.
 *
 * @throws ThawError `usage.invalid` for figures that contradict each other
 */
export function completeAugmentation(requested: AugmentationRequest | null | undefined): AugmentationPlan | null {
  if (!requested) return null;
  const plan: AugmentationPlan = {
    ...over(NO_AUGMENTATION, requested),
    randomResizedCrop: requested.randomResizedCrop ? over(USUAL_CROP, requested.randomResizedCrop) : null,
    blur: requested.blur ? over(USUAL_BLUR, requested.blur) : null,
    erasing: requested.erasing ? over(USUAL_ERASING, requested.erasing) : null,
  };
  expectOrdered('the random crop', plan.randomResizedCrop, AREA_AND_RATIO);
  expectOrdered('the blur', plan.blur, [['smallestSigma', 'largestSigma']]);
  expectOrdered('the erasing', plan.erasing, AREA_AND_RATIO);
  if (plan.variants > 0 && mixesImages(plan)) {
    throw new ThawError(
      'usage.invalid',
      `Mixup and cutmix mix the images of a step; with ${plan.variants} cached variants a step sees features alone.`,
      'Leave mixup and cutmix out, or the variants.',
    );
  }
  return changesImages(plan) ? plan : null;
}

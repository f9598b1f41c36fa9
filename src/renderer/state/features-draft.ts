import { EMPTY_AUGMENTATION, NO_FIGURES } from './augmentation-draft.ts';
import type { PlanDraft } from './plan-draft.ts';
import { OWN_PREPROCESSING } from './preprocessing-draft.ts';

/** The draft as far as it concerns features of images: of these the network is given, and nothing is left to change in them. */
export function draftForFeatures(draft: PlanDraft): PlanDraft {
  return {
    ...draft,
    network: null,
    ...EMPTY_AUGMENTATION,
    preprocessing: OWN_PREPROCESSING,
    // Paths of images are not known.
    groupPattern: '',
    frozenPrecision: null,
    typed: { ...draft.typed, ...NO_FIGURES },
  };
}

import type { Normalisation, PreprocessingPlan } from '../../shared/contract/preprocessing-plan.ts';
import type { NumberField } from './number-field.ts';

export const OWN_PREPROCESSING: PreprocessingPlan = {
  values: null,
  normalisation: null,
  resize: null,
  shorterSide: null,
  kernel: null,
};

/** Of pixels over ImageNet: what most publish. */
export const USUAL_NORMALISATION: Normalisation = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] };
export const MEAN_FIELDS = ['meanRed', 'meanGreen', 'meanBlue'] as const;
export const DEVIATION_FIELDS = ['deviationRed', 'deviationGreen', 'deviationBlue'] as const;
export const NORMALISATION_FIELDS = [...MEAN_FIELDS, ...DEVIATION_FIELDS] as const;

/** What the form says of preparing images; what is typed of it stands with the other figures. */
interface PreprocessingDraft {
  readonly preprocessing: PreprocessingPlan;
}

type Triple<Value> = [red: Value, green: Value, blue: Value];

export function normalises({ preprocessing }: PreprocessingDraft): boolean {
  return preprocessing.normalisation !== null;
}

/** @param figure what is typed in a field */
export function buildPreprocessing<Figure>(
  { preprocessing }: PreprocessingDraft,
  figure: (field: NumberField) => Figure | undefined,
) {
  if (Object.values(preprocessing).every((value) => value === null)) return undefined;
  const { normalisation, resize } = preprocessing;
  const [red, green, blue] = normalisation?.mean ?? USUAL_NORMALISATION.mean;
  const [redDeviation, greenDeviation, blueDeviation] = normalisation?.deviation ?? USUAL_NORMALISATION.deviation;
  const typed: { mean: Triple<Figure | number>; deviation: Triple<Figure | number> } = {
    mean: [figure('meanRed') ?? red, figure('meanGreen') ?? green, figure('meanBlue') ?? blue],
    deviation: [
      figure('deviationRed') ?? redDeviation,
      figure('deviationGreen') ?? greenDeviation,
      figure('deviationBlue') ?? blueDeviation,
    ],
  };
  return {
    ...preprocessing,
    normalisation: normalisation && typed,
    shorterSide: resize === 'resizeThenCrop' ? (figure('shorterSide') ?? null) : null,
  };
}

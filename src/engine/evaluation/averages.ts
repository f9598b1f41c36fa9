/** What a class came to; null where nothing is divided by. */
interface Figures {
  readonly images: number;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
  readonly rocAuc: number | null;
}
type Averages = Readonly<Record<'precision' | 'recall' | 'f1' | 'rocAuc', number | null>>;

/**
 * Means over the classes that have images: a class that no image was taken for has a precision of 0, as scikit-learn counts
 * it, and one without an area is left out of the mean of those.
 *
 * @param weightOf what a class counts
 */
export function averaged(classes: readonly Figures[], weightOf: (own: Figures) => number): Averages {
  const present = classes.filter(({ images }) => images > 0);
  const mean = (values: readonly { readonly value: number; readonly weight: number }[]): number | null => {
    const weights = values.reduce((sum, { weight }) => sum + weight, 0);
    return weights > 0 ? values.reduce((sum, { value, weight }) => sum + value * weight, 0) / weights : null;
  };
  const of = (key: 'precision' | 'recall' | 'f1'): number | null =>
    mean(present.map((own) => ({ value: own[key] ?? 0, weight: weightOf(own) })));
  return {
    precision: of('precision'),
    recall: of('recall'),
    f1: of('f1'),
    rocAuc: mean(present.flatMap((own) => (own.rocAuc === null ? [] : [{ value: own.rocAuc, weight: weightOf(own) }]))),
  };
}

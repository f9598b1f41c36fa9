import type { RunDetail } from '../../shared/contract/run.ts';
import { compareParameters } from '../experiment/compare/compare-parameters.ts';

type Scalar = string | number | boolean | null;

/** What was decided and given before a run, under dotted keys: `plan.optimizer.learningRate`, `dataset.version`. */
export function givenParameters({
  plan,
  result,
  loadReport,
  environment,
}: RunDetail): readonly (readonly [string, Scalar])[] {
  const parts = { plan, dataset: result.dataset, weights: loadReport, environment };
  return compareParameters([parts]).map(({ key, values }) => [key, values[0] ?? null]);
}

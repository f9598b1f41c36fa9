import type { RunDetail } from '../../shared/contract/run.ts';
import { compareParameters, type GivenParts } from '../experiment/compare/compare-parameters.ts';

type Scalar = string | number | boolean | null;

/** What was decided and given before a run, under dotted keys: `plan.optimizer.learningRate`, `dataset.version`. */
export function givenParameters(given: GivenParts): readonly (readonly [string, Scalar])[] {
  return compareParameters([given]).map(({ key, values }) => [key, values[0] ?? null]);
}

export function givenOf({ plan, result, loadReport, environment }: RunDetail): GivenParts {
  return { plan, dataset: result.dataset, weights: loadReport, environment };
}

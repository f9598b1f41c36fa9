import type { RunDetail } from '../../shared/contract/run.ts';
import { compareParameters, type GivenParts } from '../experiment/compare/compare-parameters.ts';

type Scalar = string | number | boolean | null;

/** What was decided and given before a run, under dotted keys: `plan.optimizer.learningRate`, `dataset.version`. */
export function givenParameters({
  plan,
  result,
  loadReport,
  environment,
}: RunDetail): readonly (readonly [string, Scalar])[] {
  const { dataset } = result;
  const parts: GivenParts = {
    plan,
    dataset: dataset && {
      version: dataset.version,
      classes: dataset.classes,
      train: dataset.train,
      validation: dataset.validation,
      test: dataset.test,
    },
    weights: loadReport && { format: loadReport.format, sha256: loadReport.sha256 },
    environment,
  };
  return compareParameters([parts]).map(({ key, values }) => [key, values[0] ?? null]);
}

import type { DatasetSource } from '../../shared/contract/plan.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { leakWarning, nearLeakWarning } from '../dataset/split/leaks.ts';
import type { ServiceContext } from './context.ts';

type Pairs = Parameters<typeof nearLeakWarning>[1];

/** A plan is looked at at every change of it. */
const known = new WeakMap<Dataset, { readonly pairs: Pairs; readonly warnings: readonly string[] }>();

const NOT_LOOKED_AT: Pairs = [];

/** What of a dataset, as a plan divides it, is trained on though it validates or tests: copies, and near ones where they are known. */
export function leakWarnings(
  context: Pick<ServiceContext, 'datasets' | 'inspected'>,
  source: DatasetSource,
  dataset: Dataset | null,
): readonly string[] {
  if (dataset === null || source.kind === 'features') return [];
  const datasetId = context.datasets.idOf(source);
  const pairs = (datasetId === null ? null : context.inspected.alike(datasetId)) ?? NOT_LOOKED_AT;
  const before = known.get(dataset);
  if (before?.pairs === pairs) return before.warnings;
  const warnings = [leakWarning(dataset), nearLeakWarning(dataset, pairs)].flatMap((warning) => warning ?? []);
  known.set(dataset, { pairs, warnings });
  return warnings;
}

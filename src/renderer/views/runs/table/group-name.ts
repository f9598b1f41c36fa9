import type { RunGroup } from '../../../../shared/contract/run-query.ts';
import { runTable as words } from '../../../strings/run-table.ts';
import { runs } from '../../../strings/runs.ts';
import { datasetName } from '../dataset-name.ts';
import type { ColumnTypes } from './column-types.ts';
import { labelOf } from './columns.ts';

/** What the runs of a group have in common, as people call it. */
export function groupName(by: string, { value }: Pick<RunGroup, 'value'>, types: ColumnTypes): string {
  if (value === null) return words.grouping.empty(labelOf(by).toLocaleLowerCase());
  if (by === 'status') return Object.entries(runs.status).find(([status]) => status === value)?.[1] ?? String(value);
  if (by === 'strategy') return runs.strategies[String(value)] ?? String(value);
  if (by === 'dataset') return datasetName(String(value));
  return types.format(by, value);
}

import type { GroupAxis, GroupPoint, GroupResults } from '../../shared/contract/group-results.ts';
import type { TrainingPlan } from '../../shared/contract/plan.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { Log } from './log.ts';
import { parseStoredPlan } from './stored-plan.ts';

/** More are not told apart by eye. */
const MOST_RUNS = 1000;

interface PointRow extends Omit<GroupPoint, 'category' | 'seed'> {
  readonly plan: string;
}

/** Where what trains begins, as a sweep of boundaries writes it; null for a plan of other rules. */
function boundaryOf({ rules: [freezing, thawing] }: TrainingPlan): string | null {
  if (freezing?.action !== 'freeze' || freezing.pattern !== '/./' || thawing?.action !== 'thaw') return null;
  return thawing.pattern.replace(/^from:/, '');
}

const VALUES: Readonly<Record<Exclude<GroupAxis, 'run'>, (plan: TrainingPlan) => string | number | null>> = {
  strategy: ({ strategy }) => strategy,
  boundary: boundaryOf,
  learningRate: ({ optimizer }) => optimizer.learningRate,
};

/** What the plans differ in first, and the value of each. */
function told(plans: readonly TrainingPlan[]): { readonly axis: GroupAxis; readonly values: readonly string[] } | null {
  for (const axis of ['strategy', 'boundary', 'learningRate'] as const) {
    const values = plans.map(VALUES[axis]);
    if (new Set(values).size > 1 && !values.includes(null)) return { axis, values: values.map(String) };
  }
  return null;
}

/**
 * What became of the runs of a group, those in the trash left out.
 *
 * @param named an id, or a name, of which the newest group is meant
 * @throws ThawError `usage.noMatch`
 */
export function readGroupResults(log: Log, named: string): GroupResults {
  return log.read('read the group', (database) => {
    const group = database
      .prepare<[string, string], { number: number; id: string; name: string }>(
        'SELECT number, id, name FROM run_group WHERE id = ? OR name = ? ORDER BY number DESC LIMIT 1',
      )
      .get(named, named);
    if (!group) {
      throw new ThawError(
        'usage.noMatch',
        `A group has runs that were begun as one series; none is called '${named}'.`,
        'See them with `thaw runs list --columns group`.',
      );
    }
    const rows = database
      .prepare<[number], PointRow>(
        `SELECT id AS runId, name, status, plan, best_val_accuracy AS valAccuracy,
                (SELECT seconds FROM run_timing WHERE run = run.number AND phase = 'total') AS seconds
         FROM run WHERE run_group = ? AND trashed_at IS NULL ORDER BY number LIMIT ${MOST_RUNS}`,
      )
      .all(group.number);
    const plans = rows.map(({ runId, plan }) => parseStoredPlan(log.path, runId, plan));
    const { axis, values } = told(plans) ?? { axis: 'run' as const, values: rows.map(({ runId }) => runId) };
    const categories = [...new Set(values)];
    if (axis === 'learningRate') categories.sort((first, second) => Number(first) - Number(second));
    const points = rows.map(({ runId, name, status, valAccuracy, seconds }, index) => ({
      ...{ runId, name, status, valAccuracy, seconds },
      category: values[index] ?? '',
      seed: plans[index]?.seed ?? 0,
    }));
    return { group: { id: group.id, name: group.name }, axis, categories, points };
  });
}

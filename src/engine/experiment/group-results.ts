import type { GroupAxis, GroupPoint, GroupResults } from '../../shared/contract/group-results.ts';
import type { TrainingPlan } from '../../shared/contract/plan.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import type { Log } from './log.ts';
import { parseStoredPlan } from './stored-plan.ts';

/** More are not told apart by eye. */
const MOST_RUNS = 1000;

interface PointRow extends Omit<GroupPoint, 'category' | 'seed'> {
  readonly plan: string;
  /** The number of the run that it branches off. */
  readonly branchesOff: number | null;
}

type Told = Exclude<GroupAxis, 'run'>;

/** Where what trains begins, as a sweep of boundaries writes it; null for a plan of other rules. */
function boundaryOf({ rules: [freezing, thawing] }: TrainingPlan): string | null {
  if (freezing?.action !== 'freeze' || freezing.pattern !== '/./' || thawing?.action !== 'thaw') return null;
  return thawing.pattern.replace(/^from:/, '');
}

const VALUES: Readonly<Record<Told, (plan: TrainingPlan) => string | number | null>> = {
  strategy: ({ strategy }) => strategy,
  boundary: boundaryOf,
  learningRate: ({ optimizer }) => optimizer.learningRate,
};

function withoutRate({ optimizer, stages }: TrainingPlan): object {
  return {
    optimizer: { ...optimizer, learningRate: null },
    stages: stages.map((stage) => ({ ...stage, learningRate: null })),
  };
}

/** What an axis decides of a plan, put out of sight: a strategy brings its rules, weights, epochs, dropout and rate along. */
const DECIDED: Readonly<Record<Told, (plan: TrainingPlan) => object>> = {
  strategy: (plan) => ({
    ...withoutRate(plan),
    ...{
      strategy: null,
      rules: null,
      weights: null,
      headWeights: null,
      evaluateFirst: null,
      epochs: null,
      dropout: null,
    },
  }),
  boundary: () => ({ rules: null }),
  learningRate: withoutRate,
};

/**
 * What the plans differ in, and the value of each: runs of one value differ in their seeds alone, and runs of different ones
 * in nothing that the axis does not decide. null where there is no such thing.
 */
function told(
  plans: readonly TrainingPlan[],
  branchesOff: readonly (number | null)[],
): { readonly axis: Told; readonly values: readonly string[] } | null {
  const distinct = (decided: (plan: TrainingPlan) => object): number =>
    new Set(plans.map((plan, index) => JSON.stringify([{ ...plan, seed: null, ...decided(plan) }, branchesOff[index]])))
      .size;
  const kinds = distinct(() => ({}));
  for (const axis of ['strategy', 'boundary', 'learningRate'] as const) {
    const values = plans.map(VALUES[axis]);
    if (kinds < 2 || new Set(values).size !== kinds || values.includes(null)) continue;
    if (distinct(DECIDED[axis]) === 1) return { axis, values: values.map(String) };
  }
  return null;
}

/** What each run is called or, where another of the group is called so too, its id. */
function ownNames(rows: readonly PointRow[]): readonly string[] {
  return rows.map(({ runId, name }) => (rows.filter((other) => other.name === name).length === 1 ? name : runId));
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
                CASE parent_relation WHEN 'branched' THEN parent END AS branchesOff,
                (SELECT seconds FROM run_timing WHERE run = run.number AND phase = 'total') AS seconds
         FROM run WHERE run_group = ? AND trashed_at IS NULL ORDER BY number LIMIT ${MOST_RUNS}`,
      )
      .all(group.number);
    const plans = rows.map(({ runId, plan }) => parseStoredPlan(log.path, runId, plan));
    const branches = rows.map(({ branchesOff }) => branchesOff);
    const { axis, values } = told(plans, branches) ?? { axis: 'run' as const, values: ownNames(rows) };
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

import type { ComparedParameter } from '../../../shared/contract/compare.ts';
import type { TrainingPlan } from '../../../shared/contract/plan.ts';
import type { DatasetSummary, Environment, LoadReport } from '../../../shared/contract/run.ts';

type Value = ComparedParameter['values'][number];

/** What was decided and given before a run. */
export interface GivenParts {
  readonly plan: TrainingPlan;
  readonly dataset: Pick<DatasetSummary, 'version' | 'classes' | 'train' | 'validation' | 'test'> | null;
  readonly weights: Pick<LoadReport, 'format' | 'sha256'> | null;
  readonly environment: Environment | null;
}

/** What an item of a list is, in words; a stage of a plan has objects and lists of its own. */
function itemWords(item: unknown): string {
  if (Array.isArray(item)) return item.map(itemWords).join(', ');
  if (typeof item !== 'object' || item === null) return String(item);
  return Object.values(item)
    .map(itemWords)
    .filter((words) => words !== '')
    .join(' ');
}

/** A list is one value: rules that are given in another order are others. */
function listWords(list: readonly unknown[]): string {
  return list.map(itemWords).join('; ');
}

function* flatten(value: unknown, key: string): Generator<readonly [string, Value]> {
  if (Array.isArray(value)) yield [key, listWords(value)];
  else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) yield* flatten(inner, `${key}.${name}`);
  } else if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') yield [key, value];
  else yield [key, null];
}

/** Where it lies and what was left out of it are none of what decides a run. */
function datasetFacts({ version, classes, train, validation, test }: NonNullable<GivenParts['dataset']>): object {
  return { version, classes: classes.length, train, validation, test };
}

function given({ plan, dataset, weights, environment }: GivenParts): ReadonlyMap<string, Value> {
  return new Map([
    // Of which version a plan's form is says nothing of the run.
    ...[...flatten(plan, 'plan')].filter(([key]) => key !== 'plan.schemaVersion'),
    ...(dataset ? flatten(datasetFacts(dataset), 'dataset') : []),
    ...(weights ? flatten({ format: weights.format, sha256: weights.sha256 }, 'weights') : []),
    ...(environment ? flatten(environment, 'environment') : []),
  ]);
}

/** Everything that was decided and given before the runs, by dotted keys, in the order of the plan. */
export function compareParameters(runs: readonly GivenParts[]): ComparedParameter[] {
  const flat = runs.map(given);
  const keys: string[] = [];
  const known = new Set<string>();
  for (const own of flat) {
    // What only a later run has follows what it follows there.
    let after = -1;
    for (const key of own.keys()) {
      if (known.has(key)) after = keys.indexOf(key);
      else keys.splice((after += 1), 0, key);
      known.add(key);
    }
  }
  return keys.map((key) => {
    const values = flat.map((own) => own.get(key) ?? null);
    return { key, values, differs: values.some((value) => value !== values[0]) };
  });
}

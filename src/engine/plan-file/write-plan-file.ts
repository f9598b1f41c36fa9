import { stringify } from 'yaml';
import type { BranchPoint } from '../../shared/contract/begin-run.ts';
import type { CheckpointChoice } from '../../shared/contract/checkpoint.ts';
import type { PlanFormat } from '../../shared/contract/plan-file.ts';
import type { TrainingPlanRequest } from '../../shared/contract/plan-request.ts';
import { writtenRun } from '../../shared/contract/written-run.ts';

type Value = unknown;

/** What is read first; the rest follows in the contract's order. */
const FIRST = [
  'parent',
  'dataset',
  'network',
  'weights',
  'headWeights',
  'task',
  'strategy',
  'rules',
  'stages',
] as const;

function namedDataset(dataset: TrainingPlanRequest['dataset']): Value {
  if (dataset?.kind === 'sample') return 'sample';
  if (dataset?.kind === 'features' && /\.npz$/i.test(dataset.path)) return dataset.path;
  const isPlain = dataset?.kind === 'folder' && dataset.structure === undefined;
  // A file of such a name would be read as features, and one called so as the sample.
  return isPlain && !/\.npz$/i.test(dataset.path) && dataset.path !== 'sample' ? dataset.path : dataset;
}

function named({
  runId,
  checkpoint,
}: {
  readonly runId: string;
  readonly checkpoint?: CheckpointChoice | undefined;
}): Value {
  return writtenRun(runId, checkpoint);
}

function namedWeights(weights: TrainingPlanRequest['weights']): Value {
  if (weights?.kind === 'shipped' || weights?.kind === 'none') return weights.kind;
  if (weights?.kind === 'run') return named(weights);
  // What begins as one of these would be read as it.
  const isPlain = weights?.kind === 'file' && weights.mapping === undefined;
  return isPlain && !/^(?:run:|published:|shipped$|none$)/.test(weights.path) ? weights.path : weights;
}

function namedRules(rules: TrainingPlanRequest['rules']): Value {
  return rules?.map(({ action, pattern }) => ({ [action]: pattern }));
}

/** What says nothing: a plan that goes on from no other means the same without it. */
function isNothing(value: Value): boolean {
  return value === null || (Array.isArray(value) && value.length === 0);
}

/** As people write it: in an order that can be read, and with short forms where there are some. */
function written(plan: TrainingPlanRequest, parent: BranchPoint | null): Readonly<Record<string, Value>> {
  const { dataset, weights, headWeights, rules, stages } = plan;
  const shortened: Readonly<Record<string, Value>> = {
    ...plan,
    ...(parent && { parent: named(parent) }),
    ...(dataset && { dataset: namedDataset(dataset) }),
    ...(weights && { weights: namedWeights(weights) }),
    ...(headWeights && { headWeights: named(headWeights) }),
    ...(rules && { rules: namedRules(rules) }),
    ...(stages && {
      stages: stages.map((stage) => ({ ...stage, ...(stage.rules && { rules: namedRules(stage.rules) }) })),
    }),
  };
  const first = new Map(
    FIRST.filter((key) => shortened[key] !== undefined).map((key) => [key as string, shortened[key]]),
  );
  for (const [key, value] of Object.entries(shortened)) {
    if (value !== undefined && !first.has(key)) first.set(key, value);
  }
  return Object.fromEntries([...first].filter(([, value]) => parent !== null || !isNothing(value)));
}

/**
 * A plan as a file that `readPlanFile` reads as the same plan.
 *
 * @param how.parent the run that it branches off; the plan then names no weights
 * @param how.title a line for people; JSON has no place for it
 */
export function writePlanFile(
  plan: TrainingPlanRequest,
  format: PlanFormat,
  { parent = null, title = null }: { readonly parent?: BranchPoint | null; readonly title?: string | null } = {},
): string {
  const map = written(plan, parent);
  if (format === 'json') return `${JSON.stringify(map, null, 2)}\n`;
  const text = stringify(map, { version: '1.2', schema: 'core', lineWidth: 120, aliasDuplicateObjects: false });
  return title === null ? text : `# ${title.replaceAll(/\s+/g, ' ')}\n${text}`;
}

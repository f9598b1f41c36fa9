import type { z } from 'zod';
import { freezeRule, type FreezeRule } from '../../shared/contract/plan.ts';
import { trainingPlanRequest, type TrainingPlanRequest } from '../../shared/contract/plan-request.ts';
import type { PlanProblem } from '../../shared/contract/preview.ts';
import { describeIssue } from '../../shared/errors/describe-issue.ts';

/** Far more than anyone clicks; each is looked for in every layer's name. */
const MOST_RULES = 500;

const FIELDS = trainingPlanRequest.shape;
type Field = keyof typeof FIELDS;

const HINTS: Readonly<Record<string, string>> = {
  epochs: 'Give a whole number from 1 to 100,000.',
  batchSize: 'Give a whole number from 1 to 65,536; 32 is usual.',
  evaluationBatchSize: 'Give a whole number from 1 to 65,536.',
  'optimizer.learningRate': 'Give a number above 0, such as 0.005.',
  'optimizer.momentum': 'Give a number from 0 to below 1; 0.9 is usual.',
  'optimizer.beta1': 'Give a number from 0 to below 1; 0.9 is usual.',
  'optimizer.beta2': 'Give a number from 0 to below 1; 0.999 is usual.',
  'optimizer.rho': 'Give a number from 0 to below 1; 0.9 is usual.',
  'optimizer.epsilon': 'Give a number above 0, such as 1e-7.',
  'optimizer.initialAccumulator': 'Give a number of at least 0; 0.1 is usual.',
  weightDecay: 'Give a number from 0 to 1, such as 0.0001.',
  l1: 'Give a number from 0 to 1, such as 0.00001.',
  labelSmoothing: 'Give a share from 0 to below 1; 0.1 is usual.',
  'gradientClipping.limit': 'Give a number above 0; a norm of 1 is usual.',
  'schedule.factor': 'Give a number between 0 and 1, such as 0.1.',
  'schedule.epochs': 'Give a whole number of epochs, at least 1.',
  'schedule.patience': 'Give a whole number of epochs, at least 1.',
  'schedule.decay': 'Give a number of at least 0, such as 0.01.',
  'schedule.floor': 'Give a share of the learning rate from 0 to below 1.',
  warmupEpochs: 'Give a number of epochs, or 0 for none.',
  'learningRateRules.0.factor': 'Give a number above 0, such as 0.1 for a tenth of the rate.',
  'earlyStopping.patience': 'Give a whole number of epochs, at least 1.',
  'augmentation.randomResizedCrop.smallestArea': 'Give a share of the image above 0, at most 1.',
  dropout: 'Give a share from 0 to below 1.',
  introspectionInterval: 'Give a whole number of steps, or 0 for never.',
  seed: 'Give a whole number from 0 to 4,294,967,295.',
  validationShare: 'Give a share between 0 and 1, such as 0.2.',
  'split.testShare': 'Give a share from 0 to below 1, such as 0.1.',
  'split.folds': 'Give a whole number from 2 to 100; 5 is usual.',
  'split.fold': 'Give a whole number from 1 to the number of folds.',
  groupPattern: 'Give a pattern of at most 500 characters.',
};
const DEFAULT_HINT = 'Change it, or leave it out for what is usual.';

/** Weights are told by the names of their classes, which are the dataset's own. */
const hintFor = (name: string): string =>
  name.startsWith('classWeights.weights.')
    ? 'Give a number from 0 to 1,000,000; a class left empty counts 1.'
    : (HINTS[name] ?? DEFAULT_HINT);

/** A rule that is one, and where it stood in the request. */
export interface PlacedRule {
  readonly index: number;
  readonly rule: FreezeRule;
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

function problemsOf(field: string, value: unknown, error: z.ZodError): readonly PlanProblem[] {
  return error.issues.map((issue) => {
    const name = [field, ...issue.path].map(String).join('.');
    return { field: name, message: sentence(describeIssue(value, issue)), hint: hintFor(name) };
  });
}

function readRules(value: unknown, problems: PlanProblem[]): readonly PlacedRule[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > MOST_RULES) {
    const found = Array.isArray(value) ? `received ${value.length}` : 'received no list';
    problems.push({
      field: 'rules',
      message: `Rules are a list of at most ${MOST_RULES}; ${found}.`,
      hint: 'Say with a block or a pattern what takes many rules.',
    });
    return [];
  }
  return value.flatMap((given: unknown, index) => {
    const parsed = freezeRule.safeParse(given);
    if (parsed.success) return [{ index, rule: parsed.data }];
    problems.push(...problemsOf(`rules.${index}`, given, parsed.error));
    return [];
  });
}

/** The settings of an optimizer that are right by themselves. */
function readOptimizer(value: unknown, problems: PlanProblem[]): TrainingPlanRequest['optimizer'] {
  const schema = FIELDS.optimizer.unwrap();
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  problems.push(...problemsOf('optimizer', value, parsed.error));
  if (typeof value !== 'object' || value === null) return undefined;
  const wrong = new Set(parsed.error.issues.map((issue) => issue.path[0]));
  const right = Object.entries(value).filter(([key]) => Object.hasOwn(schema.shape, key) && !wrong.has(key));
  const rest = schema.safeParse(Object.fromEntries(right));
  return rest.success ? rest.data : undefined;
}

/**
 * Takes a request apart field by field, as a form may hold anything: what is right goes on, what is not becomes a problem at
 * its field and counts as left out.
 */
export function readFields(given: Readonly<Record<string, unknown>>): {
  readonly request: Omit<TrainingPlanRequest, 'rules'>;
  readonly rules: readonly PlacedRule[];
  readonly problems: readonly PlanProblem[];
} {
  const problems: PlanProblem[] = [];
  const right: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || name === 'rules' || name === 'optimizer') continue;
    if (!Object.hasOwn(FIELDS, name)) {
      problems.push({ field: name, message: `A plan has no field '${name}'.`, hint: 'Leave it out.' });
      continue;
    }
    const parsed = FIELDS[name as Field].safeParse(value);
    if (parsed.success) right[name] = parsed.data;
    else problems.push(...problemsOf(name, value, parsed.error));
  }
  const optimizer = given['optimizer'] === undefined ? undefined : readOptimizer(given['optimizer'], problems);
  return { request: { ...right, optimizer }, rules: readRules(given['rules'], problems), problems };
}

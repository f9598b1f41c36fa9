import { z } from 'zod';
import { groupName, startRequest } from '../../shared/contract/begin-run.ts';
import { runName } from '../../shared/contract/plan-file.ts';
import { OPTIMIZERS, RULE_ACTIONS, SCHEDULES, type trainingPlan } from '../../shared/contract/plan.ts';

/** A value, or the word that is short for one. */
const orWord = (schema: z.ZodType, ...words: readonly string[]): z.ZodType =>
  z.union([words.length > 0 ? z.enum(words) : z.string().min(1), schema]).optional();

const { shape } = startRequest;
const shortRules = RULE_ACTIONS.map((action) => z.strictObject({ [action]: z.string().min(1) }));

/** The keys that have short forms: see `writtenOut`. */
const SHORT = {
  dataset: orWord(shape.dataset),
  weights: orWord(shape.weights),
  headWeights: orWord(shape.headWeights),
  parent: orWord(shape.parent),
  rules: z.array(z.union([shape.rules.unwrap().element, ...shortRules])).optional(),
  optimizer: orWord(shape.optimizer, ...OPTIMIZERS),
  schedule: orWord(shape.schedule, ...SCHEDULES),
  task: orWord(shape.task),
  classWeights: orWord(shape.classWeights, 'balanced'),
  split: orWord(shape.split, 'given'),
} satisfies { readonly [Key in keyof typeof trainingPlan.shape | 'parent']?: z.ZodType };

/** A JSON schema (draft 2020-12) of plan files, for editors. */
export function planFileSchema(): Readonly<Record<string, unknown>> {
  const plan = startRequest.extend(SHORT);
  const common = plan.omit({ group: true, parent: true });
  const run = plan.omit({ group: true }).extend({ name: runName });
  const file = z.union([
    plan,
    z.strictObject({ group: groupName.optional(), plan: common.optional(), runs: z.array(run).min(1) }),
  ]);
  return { title: "A plan file of Thaw's", ...z.toJSONSchema(file, { io: 'input', unrepresentable: 'any' }) };
}

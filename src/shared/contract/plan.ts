import { z } from 'zod';

/** The version of the plan's own schema, stored with every run. */
export const PLAN_SCHEMA_VERSION = 1;

/** One `--freeze` or `--thaw`: `pattern` is a layer or block name, `last:N`, `from:NAME`, `/regex/` or a bare regex. */
export const freezeRule = z.strictObject({
  action: z.enum(['freeze', 'thaw']),
  pattern: z.string().min(1),
});
export type FreezeRule = z.infer<typeof freezeRule>;

export const STRATEGIES = ['features', 'finetune', 'scratch'] as const;
/** `features`: only the head trains. `finetune`: everything trains, from pretrained weights. `scratch`: everything, from its initialisers. */
export type Strategy = (typeof STRATEGIES)[number];

/** Where the dataset comes from: a folder of the user's, or the sample that ships with Thaw. */
export const datasetSource = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('folder'), path: z.string().min(1) }),
  z.strictObject({ kind: z.literal('sample') }),
]);
export type DatasetSource = z.infer<typeof datasetSource>;

/** Where the pretrained weights come from. `run` takes the best checkpoint of a finished run. */
export const weightsSource = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('file'), path: z.string().min(1) }),
  z.strictObject({ kind: z.literal('run'), runId: z.string().min(1) }),
  z.strictObject({ kind: z.literal('shipped') }),
  z.strictObject({ kind: z.literal('none') }),
]);
export type WeightsSource = z.infer<typeof weightsSource>;

/** Optimizers with the names and meanings of Keras' own. */
export const optimizerPlan = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('sgd'),
    learningRate: z.number().positive(),
    momentum: z.number().min(0).lt(1),
    nesterov: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal('adam'),
    learningRate: z.number().positive(),
    beta1: z.number().min(0).lt(1),
    beta2: z.number().min(0).lt(1),
    epsilon: z.number().positive(),
  }),
]);
export type OptimizerPlan = z.infer<typeof optimizerPlan>;
export const OPTIMIZERS = ['sgd', 'adam'] as const satisfies readonly OptimizerPlan['kind'][];

/** Everything that decides a run's outcome, complete: no default is left to be filled in later. */
export const trainingPlan = z.strictObject({
  schemaVersion: z.literal(PLAN_SCHEMA_VERSION),
  dataset: datasetSource,
  /** A canonical network name of the registry, such as `mobilenet_v1_0.25_224`. */
  network: z.string().min(1),
  weights: weightsSource,
  strategy: z.enum(STRATEGIES),
  rules: z.array(freezeRule),
  epochs: z.int().min(1).max(100_000),
  batchSize: z.int().min(1).max(65_536),
  evaluationBatchSize: z.int().min(1).max(65_536),
  optimizer: optimizerPlan,
  /** Share of the head's inputs dropped while training, in [0, 1). */
  dropout: z.number().min(0).lt(1),
  /** Seeds initialisers, shuffling, dropout and, where the dataset has no validation folder, the split. */
  seed: z.int().min(0).max(0xffffffff),
  /** Share of each class held out for validation when the folder brings no split of its own. */
  validationShare: z.number().gt(0).lt(1),
});
export type TrainingPlan = z.infer<typeof trainingPlan>;

/** What a caller may leave out: the service fills it in by strategy (see `service/default-plan.ts`). */
export const trainingPlanRequest = z.strictObject({
  dataset: datasetSource.optional(),
  network: z.string().min(1).optional(),
  weights: weightsSource.optional(),
  strategy: z.enum(STRATEGIES).optional(),
  rules: z.array(freezeRule).optional(),
  epochs: trainingPlan.shape.epochs.optional(),
  batchSize: trainingPlan.shape.batchSize.optional(),
  evaluationBatchSize: trainingPlan.shape.evaluationBatchSize.optional(),
  optimizer: z
    .strictObject({
      kind: z.enum(OPTIMIZERS).optional(),
      learningRate: z.number().positive().optional(),
      momentum: z.number().min(0).lt(1).optional(),
    })
    .optional(),
  dropout: trainingPlan.shape.dropout.optional(),
  seed: trainingPlan.shape.seed.optional(),
  validationShare: trainingPlan.shape.validationShare.optional(),
});
export type TrainingPlanRequest = z.infer<typeof trainingPlanRequest>;

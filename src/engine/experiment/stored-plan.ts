import { z } from 'zod';
import { NO_AUGMENTATION } from '../../shared/contract/augmentation.ts';
import { USUAL_HEAD } from '../../shared/contract/head-design.ts';
import { PLAN_SCHEMA_VERSION, trainingPlan, type TrainingPlan } from '../../shared/contract/plan.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { unreadableLog } from './log.ts';

type Fields = Readonly<Record<string, unknown>>;

const versioned = z.looseObject({ schemaVersion: z.int().min(1) });

/** Mirroring and cutting were all there was, of any area up to the whole and shapes from 3/4 to 4/3. */
function augmentationOfVersion5({ augmentation }: Fields): Fields | null {
  if (typeof augmentation !== 'object' || augmentation === null) return null;
  const { randomResizedCrop } = augmentation as Fields;
  const crop = typeof randomResizedCrop === 'object' ? randomResizedCrop : null;
  const ratios = { largestArea: 1, smallestRatio: 3 / 4, largestRatio: 4 / 3 };
  return { ...NO_AUGMENTATION, ...augmentation, randomResizedCrop: crop && { ...ratios, ...crop } };
}

/** What leads from each version to the next; a plan means afterwards what it meant before. */
const UPGRADES: readonly ((plan: Fields) => Fields)[] = [
  (plan) => ({ ...plan, schemaVersion: 2, head: 'softmax', augmentation: null, earlyStopping: null }),
  (plan) => ({
    ...plan,
    schemaVersion: 3,
    weightDecay: 0,
    gradientClipping: null,
    schedule: { kind: 'constant' },
    warmupEpochs: 0,
    learningRateRules: [],
  }),
  (plan) => ({
    ...plan,
    schemaVersion: 4,
    l1: 0,
    loss: 'crossEntropy',
    labelSmoothing: 0,
    classWeights: null,
    precision: { frozen: 'float32', trainable: 'float32' },
    device: 'auto',
    introspectionInterval: 0,
  }),
  // Files of weights may have rules for names since then; none had.
  (plan) => ({ ...plan, schemaVersion: 5 }),
  (plan) => ({
    ...plan,
    schemaVersion: 6,
    sampling: 'natural',
    preprocessing: null,
    augmentation: augmentationOfVersion5(plan),
    newHead: true,
    split: { kind: 'given' },
    groupPattern: null,
  }),
  (plan) => ({
    ...plan,
    schemaVersion: 7,
    reuse: null,
    headWeights: null,
    evaluateFirst: false,
    task: { kind: 'classify' },
    classes: null,
    trainingImagesPerClass: null,
    stepsPerEpoch: null,
    stages: [],
    evaluationImages: null,
    headDesign: USUAL_HEAD,
    histogramInterval: 0,
    logInterval: 0,
    loaderWorkers: null,
  }),
];

/**
 * A plan as the log keeps it, in the form of today.
 *
 * @param logPath of the log it was read from, for errors
 * @throws ThawError `log.newer` for a plan of a newer Thaw, `log.unreadable` for what is no plan
 */
export function parseStoredPlan(logPath: string, runId: string, text: string): TrainingPlan {
  const stored = versioned.safeParse(JSON.parse(text));
  if (!stored.success) throw unreadableLog(logPath, `the plan of run '${runId}' is not one`, stored.error);
  const { schemaVersion } = stored.data;
  if (schemaVersion > PLAN_SCHEMA_VERSION) {
    throw new ThawError(
      'log.newer',
      `This Thaw reads plans up to version ${PLAN_SCHEMA_VERSION}; that of run '${runId}' has version ${schemaVersion}, written by a newer Thaw.`,
      'Use that newer Thaw for this run.',
    );
  }
  const upgraded = UPGRADES.slice(schemaVersion - 1).reduce<Fields>((plan, upgrade) => upgrade(plan), stored.data);
  const parsed = trainingPlan.safeParse(upgraded);
  if (parsed.success) return parsed.data;
  throw unreadableLog(logPath, `the plan of run '${runId}' is not one`, parsed.error);
}

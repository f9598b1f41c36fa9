import path from 'node:path';
import type { Request, Response } from '../../shared/contract/endpoint.ts';
import { isFeatureNetwork } from '../../shared/contract/features.ts';
import { isLayerwise } from '../../shared/contract/learning-task.ts';
import type { TrainingPlan } from '../../shared/contract/plan.ts';
import { stageCount, stagePlan } from '../../shared/contract/stages.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { readLayerGauges } from '../experiment/layer-metrics-reader.ts';
import { readPlan, readResult } from '../experiment/run-reader.ts';
import { readStateOf } from '../training/checkpoint.ts';
import { thawedPlan } from '../training/finder/measure-gradients.ts';
import { rankBlocks } from '../training/finder/rank-blocks.ts';
import { cacheLimit } from './caches.ts';
import type { ServiceContext } from './context.ts';
import { searchInProcess } from './finder-process.ts';
import { locatedDataset } from './located-dataset.ts';
import { assertDataset } from './plan-run.ts';
import { weightsPath } from './weights-path.ts';

/** As many images as show a gradient's size; what they show beyond that is noise of a few percent. */
const IMAGES = 64;

/** The run's own beginning, which its checkpoint has long left behind. */
const ALL_OF_CHECKPOINT = { reuse: null, headWeights: null, newHead: false, evaluateFirst: false } as const;

/** @throws ThawError `usage.invalid` for a run whose blocks were not to be thawed one after the other */
function assertWhole({ task }: TrainingPlan, runId: string): void {
  if (!isLayerwise(task)) return;
  throw new ThawError(
    'usage.invalid',
    `The next block is looked for in a network that learns as a whole; run '${runId}' trained layer by layer, each with a decoder of its own.`,
    `Train on it first, \`thaw train --strategy finetune --weights run:${runId}\`, and look at that run.`,
  );
}

/** @throws ThawError `usage.invalid` for a run that saw no images: what is frozen of its network was never computed in it */
function assertImages({ dataset, network }: TrainingPlan, runId: string): void {
  if (dataset.kind !== 'features' && !isFeatureNetwork(network)) return;
  throw new ThawError(
    'usage.invalid',
    `Gradients of frozen blocks are computed from images; run '${runId}' was trained on features from a file.`,
    'Train on the images themselves: `thaw train --dataset FOLDER --weights run:ID`.',
  );
}

/** See the endpoint. @throws ThawError `run.unknown`, `run.state`, `training.checkpoint`, `usage.invalid`, `memory.full`, as `searchInProcess` */
export async function findNextBlock(
  context: ServiceContext,
  { runId, checkpoint = 'best', taskId }: Request<'runs.nextBlock'>,
): Promise<Response<'runs.nextBlock'>> {
  const plan = readPlan(context.log, runId);
  assertImages(plan, runId);
  assertWhole(plan, runId);
  const { history } = readResult(context.log, runId);
  const weights = { kind: 'run', runId, checkpoint } as const;
  const prefix = await weightsPath(context, { weights, network: plan.network });
  if (prefix === null) throw new TypeError('A run has checkpoints.');
  const { step, stage } = await readStateOf(path.dirname(prefix));
  // What is frozen is told by the checkpoint's own stage.
  const own = stagePlan(plan, Math.min(stage, stageCount(plan) - 1));
  const dataset = locatedDataset(context, plan.dataset);
  assertDataset(dataset);
  const runDirectory = context.runDirectory(runId);
  const job = {
    plan: { ...thawedPlan(own), dataset, weights, ...ALL_OF_CHECKPOINT },
    trained: { strategy: own.strategy, rules: own.rules },
    images: IMAGES,
    sourceRunDirectory: runDirectory,
    // Laid out, divided and edited as the run began with it: what it trained on.
    repeatedRunDirectory: runDirectory,
    cacheDirectory: context.cache,
    cacheLimitBytes: cacheLimit(context),
    home: context.home,
  };
  const found = await context.tasks.run(taskId, 'image', (task) => searchInProcess(context, 'gradients', job, task));
  const gauges = readLayerGauges(context.log, runId).filter(({ state }) => state === 'trainable');
  const drift = new Map(gauges.flatMap(({ layer, drift: gone }) => (gone === null ? [] : [[layer, gone] as const])));
  const { images, loss } = found;
  return { runId, step, images, loss, ...rankBlocks(found, { drift, history, rules: own.rules }) };
}

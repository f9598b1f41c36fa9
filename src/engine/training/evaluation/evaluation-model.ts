import path from 'node:path';
import { stageCount, stagePlan } from '../../../shared/contract/stages.ts';
import { freezePlan } from '../../freeze/freeze-plan.ts';
import { compileProgram } from '../../graph/program.ts';
import type { Program } from '../../graph/program-description.ts';
import { networkOfStage } from '../../network/decoder.ts';
import { elementCount, layerShapes } from '../../network/shape.ts';
import { assignValues } from '../../runtime/assign-values.ts';
import { deviceInformation } from '../../runtime/binding.ts';
import { Session } from '../../runtime/session.ts';
import { readStateOf } from '../checkpoint.ts';
import type { PrefixDescription } from '../feature-cache/feature-key.ts';
import { checkpointValues } from '../first-values.ts';
import { modelNetwork, type ModelFile } from '../model-file.ts';
import { hashesOf } from '../prepare-stage.ts';
import { chosenPrefix } from '../starred-checkpoints.ts';
import type { EvaluationJob } from './evaluator-protocol.ts';

/** Features that take more of an image are larger than what they are computed from: its pixels are looked at instead. */
const MOST_FEATURES = 2 ** 20;

/** A checkpoint in TensorFlow, with nothing in it that trains, whose frozen prefix is that of the run. */
export interface EvaluationModel extends PrefixDescription {
  readonly session: Session;
  readonly program: Program;
  readonly epoch: number;
  readonly step: number;
}

/**
 * Loads a checkpoint so that features which its run has cached are those that it takes.
 *
 * @throws ThawError `training.checkpoint`, `runtime.missing`, `disk.full`, `disk.readOnly`
 */
export async function loadEvaluationModel(job: EvaluationJob, model: ModelFile): Promise<EvaluationModel> {
  const { runDirectory, checkpoint, plan: trainingPlan } = job;
  const prefix = await chosenPrefix(runDirectory, checkpoint);
  const { stage, step, epoch, bestEpoch } = await readStateOf(path.dirname(prefix));
  const { network: built, preprocessing } = modelNetwork(model);
  const network = networkOfStage(built, stage);
  const { values } = await checkpointValues(runDirectory, checkpoint, network);
  const { strategy, rules, precision: asked } = stagePlan(trainingPlan, Math.min(stage, stageCount(trainingPlan) - 1));
  const { gpu, kernels, tensorflow, device } = deviceInformation();
  // What a GPU learnt in float16 is looked at in float32 elsewhere.
  const here = (own: typeof asked.frozen): typeof asked.frozen => (own === 'float16' && !gpu ? 'float32' : own);
  const precision = { frozen: here(asked.frozen), trainable: here(asked.trainable) };
  const frozen = freezePlan(network, strategy, rules);
  const shapes = layerShapes(network);
  const featureValues = frozen.cut.reduce((sum, layer) => sum + elementCount(shapes.get(layer) ?? []), 0);
  const plan = featureValues > MOST_FEATURES ? { prefix: [], cut: [] } : { prefix: frozen.prefix, cut: frozen.cut };
  const program = compileProgram({
    network,
    plan: { trainable: new Set(), movingStatistics: new Set(), ...plan },
    preprocessing,
    optimizer: null,
    evaluates: true,
    precision,
    kernels,
  });
  // The session takes the values themselves.
  const tensorHashes = plan.cut.length > 0 ? hashesOf(values) : new Map<string, string>();
  const session = Session.load(job.scratch, program.savedModel, program.signatures);
  assignValues(session, program, values);
  return {
    session,
    program,
    epoch: checkpoint === 'best' ? (bestEpoch ?? epoch) : epoch,
    step,
    network,
    plan,
    preprocessing,
    precision: precision.frozen,
    tensorHashes,
    runtime: { tensorflow, device },
  };
}

import { hasAccuracy } from '../../shared/contract/learning-task.ts';
import type { TrainingPlan } from '../../shared/contract/plan.ts';
import { HEAD_KERNEL, type RunBaseline } from '../../shared/contract/run.ts';
import { networkTensors } from '../network/shape.ts';
import { taskClasses } from '../network/task-network.ts';
import { assignValues } from '../runtime/assign-values.ts';
import { evaluate } from './evaluate.ts';
import type { PreparedRun } from './prepare-stage.ts';
import type { SplitSources } from './split-sources.ts';
import { beginningValues } from './trained-head.ts';

/** Whether a head that has learnt something is in place, so that what a run begins with may be the best of it. */
export function beginsWithHead(
  { headWeights }: Pick<TrainingPlan, 'headWeights'>,
  { loadReport, network }: Pick<PreparedRun, 'loadReport' | 'network'>,
): boolean {
  if (headWeights !== null) return true;
  if (loadReport === null) return false;
  const loaded = new Set(loadReport.loaded);
  if (loaded.has(HEAD_KERNEL)) return true;
  // Other tasks have other layers above the network.
  const above = networkTensors(network).filter(({ layer }) => !network.pretrained.has(layer));
  return above.length > 0 && above.every(({ name }) => loaded.has(name));
}

/**
 * What the validation gives before the first step, of all its images: with what a run begins with and, where it is given a
 * trained head, with the new one in its place as well.
 *
 * @param beforeBatch waited for before each batch, such as for a pause
 */
export async function firstEvaluation(
  run: PreparedRun,
  { validation }: SplitSources,
  beforeBatch: () => Promise<void>,
): Promise<RunBaseline> {
  const { job, session, program, network, model } = run;
  const classes = taskClasses(job.plan.task, model.classes);
  const validate = async (): Promise<Omit<RunBaseline, 'withoutHead'>> => {
    const options = { batchSize: job.plan.evaluationBatchSize, classes: classes.length, beforeBatch };
    const { loss, accuracy } = await evaluate(session, validation, options);
    return { val_loss: loss, val_accuracy: hasAccuracy(job.plan.task) ? accuracy : null };
  };
  const begun = await validate();
  if (job.plan.headWeights === null) return { ...begun, withoutHead: null };
  const put = async (withHead: boolean): Promise<void> => {
    const { values } = await beginningValues(job, network, model.classes, withHead);
    assignValues(session, program, values);
  };
  await put(false);
  const withoutHead = await validate();
  await put(true);
  return { ...begun, withoutHead };
}

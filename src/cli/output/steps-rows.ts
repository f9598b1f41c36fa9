import type { TrainingPlan } from '../../shared/contract/plan.ts';
import { writtenRun } from '../run-checkpoint.ts';
import { count } from './format.ts';

type Row = readonly [string, string];

/** What a plan takes of its dataset and of other runs, how long its epochs are and how often it is looked at, where unusual. */
export function stepsRows(plan: TrainingPlan): readonly Row[] {
  const { classes, trainingImagesPerClass, stepsPerEpoch, evaluationImages, headWeights, loaderWorkers } = plan;
  const each = (steps: number): string => (steps === 1 ? 'every step' : `every ${count(steps)} steps`);
  return [
    ...(plan.reuse === null ? [] : [['reused layers', plan.reuse] as const]),
    ...(headWeights ? [['trained head', writtenRun(headWeights.runId, headWeights.checkpoint)] as const] : []),
    ...(plan.evaluateFirst ? [['validated', 'before the first step too'] as const] : []),
    ...(classes ? [['classes', classes.join(', ')] as const] : []),
    ...(trainingImagesPerClass === null
      ? []
      : [['training images', `${count(trainingImagesPerClass)} of each class at most`] as const]),
    ...(stepsPerEpoch === null ? [] : [['epoch', `${count(stepsPerEpoch)} steps`] as const]),
    ...(evaluationImages === null
      ? []
      : [['validated on', `${count(evaluationImages)} images, drawn anew for each epoch`] as const]),
    ...(plan.logInterval === 0 ? [] : [['metrics', each(plan.logInterval)] as const]),
    ...(plan.histogramInterval === 0 ? [] : [['histograms', each(plan.histogramInterval)] as const]),
    ...(loaderWorkers === null ? [] : [['decoded at a time', `${count(loaderWorkers)} images`] as const]),
  ];
}

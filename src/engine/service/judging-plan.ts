import type { LabelMistakesRequest } from '../../shared/contract/label-mistakes.ts';
import { isFeatureNetwork } from '../../shared/contract/features.ts';
import type { TrainingPlan } from '../../shared/contract/plan.ts';
import { stageCount, stagePlan } from '../../shared/contract/stages.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { readPlan } from '../experiment/run-reader.ts';
import { freezePlan } from '../freeze/freeze-plan.ts';
import { modelNetwork } from '../training/model-file.ts';
import type { ServiceContext } from './context.ts';
import { completePlan } from './default-plan.ts';
import { resolveWeights } from './resolve-references.ts';

interface Judging {
  readonly plan: TrainingPlan;
  readonly warnings: readonly string[];
}

function assertImages(network: string): void {
  if (!isFeatureNetwork(network)) return;
  throw new ThawError(
    'usage.invalid',
    'Labels are judged by what a network makes of images; features of others have none to look at.',
    'Choose a run or a network that takes images.',
  );
}

/** Of a plan in stages the part that no stage trained: the lowest of their cuts. */
function frozenPart(plan: TrainingPlan): TrainingPlan | null {
  const { dropout, head, headDesign } = plan;
  // How many classes there are decides nothing of what is frozen.
  const { network } = modelNetwork({ network: plan.network, classes: ['0', '1'], dropout, head, headDesign });
  const cuts = Array.from({ length: stageCount(plan) }, (_, stage) => {
    const own = stagePlan(plan, stage);
    return { own, ...freezePlan(network, own.strategy, own.rules) };
  }).sort((left, right) => left.prefix.length - right.prefix.length);
  const [lowest] = cuts;
  return lowest && lowest.cut.length > 0 ? lowest.own : null;
}

/**
 * What looks at the images: of a run what it never trained, since layers that were trained with the labels may have learnt the
 * wrong ones by heart; where it trained everything, all but its head.
 *
 * @throws ThawError `run.unknown`, `network.unknown`, `usage.invalid`
 */
export function judgingPlan(context: ServiceContext, by: LabelMistakesRequest['by']): Judging {
  if (by.kind === 'network') {
    const weights = by.weights && resolveWeights(context, by.weights);
    assertImages(by.network);
    return { plan: completePlan({ strategy: 'features', network: by.network, weights }), warnings: [] };
  }
  const whole = readPlan(context.log, by.runId);
  assertImages(whole.network);
  const own: Pick<TrainingPlan, 'weights' | 'reuse' | 'headWeights' | 'stages'> = {
    weights: { kind: 'run', runId: by.runId },
    reuse: null,
    headWeights: null,
    stages: [],
  };
  const frozen = frozenPart(whole);
  if (frozen) return { plan: { ...frozen, ...own }, warnings: [] };
  return {
    plan: { ...whole, ...own, strategy: 'features', rules: [] },
    warnings: [
      'This run trained all of its layers, with these labels if it is of this dataset: what it learnt by heart it believes. A network that has not seen them finds more.',
    ],
  };
}

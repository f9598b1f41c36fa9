import { exampleCount, takesImagesAsTheyAre } from '../../shared/contract/learning-task.ts';
import type { TrainingPlan } from '../../shared/contract/plan.ts';
import type { CostedPlan, ImageCounts } from '../cost/workload.ts';
import type { FreezePlan } from '../freeze/freeze-plan.ts';
import type { Network } from '../network/layer.ts';
import { findNetwork } from '../network/registry.ts';
import { cachingForbiddenBy, canvasPreprocessing } from './augmentation/canvas.ts';

/** A plan understood: what runs, with what it is run. */
export interface UnderstoodPlan {
  readonly plan: TrainingPlan;
  /** Head included. */
  readonly network: Network;
  readonly freeze: FreezePlan;
}

/** Whether features are computed once: there are any, and no image changes from epoch to epoch but to another variant. */
export function isCached({ plan, freeze }: Pick<UnderstoodPlan, 'plan' | 'freeze'>): boolean {
  return freeze.cut.length > 0 && takesImagesAsTheyAre(plan.task) && cachingForbiddenBy(plan.augmentation) === null;
}

/** What decides the cost of a run, from its plan. @param images null while nobody has counted them */
export function costedPlan(
  understood: UnderstoodPlan,
  images: ImageCounts | null,
  prepared: CostedPlan['prepared'],
): CostedPlan {
  const { plan, network, freeze } = understood;
  const { preprocessing } = findNetwork(plan.network);
  const held = plan.augmentation ? canvasPreprocessing(plan.augmentation, preprocessing) : preprocessing;
  const examples = (of: number): number => exampleCount(plan.task, of);
  return {
    network,
    freeze,
    training: plan,
    images: images && {
      train: examples(images.train),
      validation: examples(images.validation),
      test: examples(images.test),
    },
    isCached: isCached(understood),
    augmentation: plan.augmentation,
    variants: Math.max(1, plan.augmentation?.variants ?? 1),
    // Several examples are made of one image that is held.
    pixelBytes: (held.height * held.width * 3) / examples(1),
    prepared,
  };
}

import { USUAL_HEAD, type HeadDesign } from '../../shared/contract/head-design.ts';
import type { TrainingPlanRequest } from '../../shared/contract/plan-request.ts';

/** A head as it was asked for, and as it usually is where nothing was said. */
export function completeHead(request: TrainingPlanRequest['headDesign'] = {}): HeadDesign {
  return {
    base: request.base ?? USUAL_HEAD.base,
    pooling: request.pooling ?? USUAL_HEAD.pooling,
    hidden: request.hidden ?? USUAL_HEAD.hidden,
    initializer: request.initializer ?? USUAL_HEAD.initializer,
    standardDeviation: request.standardDeviation ?? USUAL_HEAD.standardDeviation,
    temperature: request.temperature ?? USUAL_HEAD.temperature,
  };
}

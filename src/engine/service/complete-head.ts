import { USUAL_HEAD, type HeadDesign } from '../../shared/contract/head-design.ts';
import type { TrainingPlanRequest } from '../../shared/contract/plan-request.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';

/**
 * A head as it was asked for, and as it usually is where nothing was said.
 *
 * @throws ThawError `usage.invalid` for a standard deviation of an initialiser that takes none
 */
export function completeHead(request: TrainingPlanRequest['headDesign'] = {}): HeadDesign {
  const initializer = request.initializer ?? USUAL_HEAD.initializer;
  const standardDeviation = request.standardDeviation ?? USUAL_HEAD.standardDeviation;
  if (standardDeviation !== null && initializer !== 'truncatedNormal') {
    throw new ThawError(
      'usage.invalid',
      `A standard deviation belongs to the initialiser truncatedNormal; received ${standardDeviation} with ${initializer}.`,
      'Leave it out, or choose truncatedNormal.',
    );
  }
  return {
    base: request.base ?? USUAL_HEAD.base,
    pooling: request.pooling ?? USUAL_HEAD.pooling,
    hidden: request.hidden ?? USUAL_HEAD.hidden,
    initializer,
    standardDeviation,
    temperature: request.temperature ?? USUAL_HEAD.temperature,
  };
}

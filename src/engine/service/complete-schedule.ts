import type { SchedulePlan } from '../../shared/contract/plan.ts';
import type { TrainingPlanRequest } from '../../shared/contract/plan-request.ts';

/** A schedule as it was asked for, with the usual figures where nothing was said; a constant rate where none was. */
export function completeSchedule(request: TrainingPlanRequest['schedule']): SchedulePlan {
  switch (request?.kind) {
    case undefined:
    case 'constant':
      return { kind: 'constant' };
    case 'step':
      return { kind: 'step', epochs: request.epochs ?? 10, factor: request.factor ?? 0.1 };
    case 'exponential':
      return { kind: 'exponential', factor: request.factor ?? 0.9 };
    case 'inverseTime':
      return { kind: 'inverseTime', decay: request.decay ?? 0.01 };
    case 'cosine':
      return { kind: 'cosine', floor: request.floor ?? 0 };
    case 'plateau': {
      const { monitor = 'val_loss', patience = 3, factor = 0.2, floor = 0.001 } = request;
      return { kind: 'plateau', monitor, patience, factor, floor };
    }
  }
}

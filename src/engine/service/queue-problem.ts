import type { SerializedError } from '../../shared/errors/thaw-error.ts';
import { serialized } from '../training/serialized-error.ts';

/** Why nothing of what waits can begin. */
export class QueueProblem {
  readonly error: unknown;
  readonly told: SerializedError;

  constructor(error: unknown) {
    this.error = error;
    this.told = serialized(error, 'Working the queue off');
  }
}

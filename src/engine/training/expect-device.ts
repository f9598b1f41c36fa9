import type { TrainingPlan } from '../../shared/contract/plan.ts';
import { ThawError } from '../../shared/errors/thaw-error.ts';
import { multipliesBfloat16 } from '../runtime/processor.ts';

/** What is slow here, in words; null where nothing is. */
export function precisionWarning({ precision }: Pick<TrainingPlan, 'precision'>, gpu: boolean): string | null {
  const asked = precision.frozen === 'bfloat16' || precision.trainable === 'bfloat16';
  if (gpu || !asked || multipliesBfloat16() !== false) return null;
  return 'This processor has no instructions for bfloat16: every number is converted, and the run takes many times as long as in float32.';
}

/**
 * Refuses what this machine cannot compute, before anything is read.
 *
 * @param gpu whether TensorFlow has one
 * @throws ThawError `usage.invalid` for a GPU that was asked for and is not there, and for float16 without one
 */
export function expectDevice({ device, precision }: Pick<TrainingPlan, 'device' | 'precision'>, gpu: boolean): void {
  if (gpu) return;
  if (device.startsWith('gpu')) {
    throw new ThawError(
      'usage.invalid',
      `The plan asks for the device '${device}'; TensorFlow found no such GPU here.`,
      "See what `thaw doctor` shows, or choose the device 'auto' or 'cpu'.",
    );
  }
  if (precision.frozen !== 'float16' && precision.trainable !== 'float16') return;
  throw new ThawError(
    'usage.invalid',
    'The precision float16 needs a GPU; this run computes on the processor, which would convert every number back and forth.',
    'Choose bfloat16 or float32.',
  );
}

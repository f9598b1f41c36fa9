import type { RunEventBody } from '../../shared/contract/event.ts';

type Progress = Extract<RunEventBody, { kind: 'progress' }>;

/**
 * How many images pass in a second right now.
 *
 * @param epochImages that an epoch learns from, null while not counted
 * @param stepsPerEpoch null while not known
 */
export function imagesPerSecond(
  progress: Progress | null,
  epochImages: number | null,
  stepsPerEpoch: number | null,
): number | null {
  if (progress?.ratePerSecond == null) return null;
  switch (progress.unit) {
    case 'image':
      return progress.ratePerSecond;
    case 'step':
      // The last batch of an epoch is often smaller, so a step's images are a mean.
      return epochImages === null || stepsPerEpoch === null
        ? null
        : (progress.ratePerSecond * epochImages) / stepsPerEpoch;
    case 'tensor':
    case 'byte':
      return null;
  }
}

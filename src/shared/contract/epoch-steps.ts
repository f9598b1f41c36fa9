import type { TrainingPlan } from './plan.ts';

type Lengths = Pick<TrainingPlan, 'batchSize' | 'stepsPerEpoch'>;

/** Steps of an epoch over so many training images: as many as the plan says, or as visit each image once. */
export function stepsOfEpoch({ batchSize, stepsPerEpoch }: Lengths, images: number): number {
  return stepsPerEpoch ?? Math.ceil(images / batchSize);
}

/** Images that an epoch learns from, again and again those that it comes back to. */
export function imagesOfEpoch({ batchSize, stepsPerEpoch }: Lengths, images: number): number {
  return stepsPerEpoch === null ? images : stepsPerEpoch * batchSize;
}

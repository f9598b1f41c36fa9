import { z } from 'zod';

/** How far apart two images, or the scores of two, are to be. */
const margin = z.number().positive().max(1000);

/**
 * What a network learns. `classify` learns the classes of the images; all others look at the images alone, so that those
 * without a class are as good, and leave weights that a classifier begins with by `weights: run`.
 */
export const learningTask = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('classify') }),
  /**
   * Gives its input again through what lies between. `layerwise` trains one layer after the other, each to give its own
   * input again (Bengio et al., 2007); else all learn at once. `noise` is the share of the inputs that are set to zero
   * while training (Vincent et al., 2008).
   */
  z.strictObject({
    kind: z.literal('autoencoder'),
    layerwise: z.boolean(),
    noise: z.number().min(0).lt(1),
  }),
  /** Tells by how many quarters an image was turned (Gidaris et al., arXiv:1803.07728). */
  z.strictObject({ kind: z.literal('rotation') }),
  /** Tells images from corrupted ones, of which one stands for each. */
  z.strictObject({ kind: z.literal('corruption') }),
  /** Tells whether two images are of one class, by how far apart they come to lie (Hadsell et al., 2006). */
  z.strictObject({ kind: z.literal('pairs'), margin }),
  /** Scores an image above its corrupted one by a margin (Collobert and Weston, 2008). */
  z.strictObject({ kind: z.literal('ranking'), margin }),
]);
export type LearningTask = z.infer<typeof learningTask>;

/**
 * Whether a task takes each image as it is, so that what is frozen can be computed once; for others it is turned, corrupted
 * or given noise, or another one stands beside it.
 */
export function takesImagesAsTheyAre(task: LearningTask): boolean {
  return task.kind === 'classify' || isLayerwise(task);
}

/** Whether layers learn one after the other, each its own: then no stage is better or worse than another. */
export function isLayerwise(task: LearningTask): boolean {
  return task.kind === 'autoencoder' && task.layerwise;
}

/** The strategy where nothing is said of it: other tasks than classes are learnt by what lies below the head. */
export function usualStrategy({
  task,
  weights,
}: {
  readonly task?: LearningTask | undefined;
  readonly weights?: { readonly kind: string } | undefined;
}): 'features' | 'finetune' | 'scratch' {
  if (task === undefined || task.kind === 'classify') return 'features';
  return weights === undefined || weights.kind === 'none' ? 'scratch' : 'finetune';
}

/** How many examples so many images make: each image one for each of its turns, or one as it is and one corrupted. */
export function exampleCount({ kind }: LearningTask, images: number): number {
  if (kind === 'rotation') return images * 4;
  return kind === 'corruption' ? images * 2 : images;
}

/** Whether there is a share of examples that are right; of reconstructions there is only an error. */
export function hasAccuracy({ kind }: LearningTask): boolean {
  return kind !== 'autoencoder';
}

export const LEARNING_TASKS = [
  'classify',
  'autoencoder',
  'rotation',
  'corruption',
  'pairs',
  'ranking',
] as const satisfies readonly LearningTask['kind'][];

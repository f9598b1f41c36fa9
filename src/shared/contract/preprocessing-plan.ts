import { z } from 'zod';

export const PREPROCESSING_VALUES = ['caffe', 'tf', 'torch'] as const;
export const RESIZES = ['stretch', 'centerCrop', 'resizeThenCrop'] as const;
export const RESIZE_KERNELS = ['bilinear', 'bicubic'] as const;

/** Of red, green and blue. */
const triple = <Value extends z.ZodType>(value: Value) => z.tuple([value, value, value]);

/** What pixels become: from 0 to 1, less the mean, by the standard deviation, as torchvision's `Normalize`. */
export const normalisation = z.strictObject({
  mean: triple(z.number().min(-1000).max(1000)),
  deviation: triple(z.number().min(1e-6).max(1000)),
});
export type Normalisation = z.infer<typeof normalisation>;

/** How images become a network's input where that is not the network's own way; null leaves a part to the network. */
export const preprocessingPlan = z.strictObject({
  /**
   * What pixels become, as `keras.applications.imagenet_utils.preprocess_input` names it. `caffe`: blue, green, red, each
   * without its mean over ImageNet. `tf`: -1 to 1. `torch`: without its mean over ImageNet, by its standard deviation.
   */
  values: z.enum(PREPROCESSING_VALUES).nullable(),
  /** In place of a rule of `values`. Plans from before it have none. */
  normalisation: normalisation.nullable().default(null),
  /**
   * `stretch`: the whole image; `centerCrop`: its largest centred part of the input's aspect ratio; `resizeThenCrop`: the
   * centre of the image whose shorter side was brought to `shorterSide`.
   */
  resize: z.enum(RESIZES).nullable(),
  /** In pixels, no less than the input's sides. */
  shorterSide: z.int().min(1).max(4096).nullable(),
  kernel: z.enum(RESIZE_KERNELS).nullable(),
});
export type PreprocessingPlan = z.infer<typeof preprocessingPlan>;

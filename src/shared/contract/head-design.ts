import { z } from 'zod';

/** How the feature maps below a head become a vector; `flatten` keeps each value where it is. */
export const HEAD_POOLINGS = ['average', 'max', 'flatten'] as const;
export type HeadPooling = (typeof HEAD_POOLINGS)[number];

export const HEAD_ACTIVATIONS = ['linear', 'relu', 'relu6', 'elu', 'selu', 'gelu', 'swish', 'tanh', 'sigmoid'] as const;
export type HeadActivation = (typeof HEAD_ACTIVATIONS)[number];

/** How the kernels of a head get their first values, by Keras' names; `truncatedNormal` takes a standard deviation. */
export const HEAD_INITIALIZERS = [
  'glorotUniform',
  'glorotNormal',
  'heUniform',
  'heNormal',
  'lecunNormal',
  'truncatedNormal',
  'zeros',
] as const;
export type HeadInitializer = (typeof HEAD_INITIALIZERS)[number];

const hiddenBase = {
  activation: z.enum(HEAD_ACTIVATIONS),
  /** Whether a BatchNorm stands between layer and activation. */
  batchNorm: z.boolean(),
  /** Share of its output dropped while training, in [0, 1). */
  dropout: z.number().min(0).lt(1),
} as const;

/** A layer of a head below its classifier: `conv` (3 x 3, same padding) stands below the pooling, `dense` above it. */
export const hiddenLayer = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('dense'), units: z.int().min(1).max(65_536), ...hiddenBase }),
  z.strictObject({ kind: z.literal('conv'), filters: z.int().min(1).max(8192), ...hiddenBase }),
]);
export type HiddenLayer = z.infer<typeof hiddenLayer>;

/** What stands on a network: the usual is a global average, dropout where asked for, and one dense layer. */
export const headDesign = z.strictObject({
  /** The layer that the head stands on, which cuts off what is above; null for the network's last. */
  base: z.string().min(1).max(500).nullable(),
  pooling: z.enum(HEAD_POOLINGS),
  /** From the network to the classifier; convolutions before dense layers. */
  hidden: z.array(hiddenLayer).max(20),
  initializer: z.enum(HEAD_INITIALIZERS),
  /** Of `truncatedNormal`; null for the others. */
  standardDeviation: z.number().positive().max(100).nullable(),
  /** What logits are divided by, in training as in prediction (Hinton et al., arXiv:1503.02531); 1 changes nothing. */
  temperature: z.number().positive().max(1000),
});
export type HeadDesign = z.infer<typeof headDesign>;

export const USUAL_HEAD: HeadDesign = {
  base: null,
  pooling: 'average',
  hidden: [],
  initializer: 'glorotUniform',
  standardDeviation: null,
  temperature: 1,
};

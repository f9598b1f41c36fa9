import type { TensorRole, TensorSpecification } from '../layer.ts';
import type { StoredTensor } from '../stored-tensor.ts';

/** TF-slim's names of a scope's variables. */
const LEAVES: Readonly<Record<TensorRole, string>> = {
  kernel: 'weights',
  depthwise_kernel: 'depthwise_weights',
  pointwise_kernel: 'pointwise_weights',
  bias: 'biases',
  gamma: 'gamma',
  beta: 'beta',
  moving_mean: 'moving_mean',
  moving_variance: 'moving_variance',
  constant: 'constant',
};

/**
 * How TF-slim keeps a tensor of a network whose layers are named by their scopes: `vgg_16/conv1/conv1_1/kernel` is its
 * `vgg_16/conv1/conv1_1/weights`, in the same layout.
 */
export function slimTensor({ layer, role, shape }: TensorSpecification): StoredTensor {
  return { name: `${layer}/${LEAVES[role]}`, shape, view: shape, order: shape.map((_, axis) => axis) };
}

/** Whether a network's checkpoint holds this beside what is used of it: step counters, and classifiers that only train. */
export function isKnownSlimExtra(name: string): boolean {
  return name === 'global_step' || name.includes('/AuxLogits/');
}

/** End points that TF-slim calls otherwise than the scope whose output they are. */
const END_POINTS: Readonly<Record<string, string>> = { PreLogits: 'Logits/Dropout_1b' };

/** The scope whose output one of TF-slim's end points is; some networks leave out their own scope, which all others are in. */
export function slimScope(endPoint: string): string {
  return END_POINTS[endPoint] ?? endPoint;
}
